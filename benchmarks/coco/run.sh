#!/usr/bin/env bash
# Reading and evaluating COCO annotations: seconds and memory here, and beside it real pycocotools on the same files where
# a Python has it (ITPN_PYCOCOTOOLS_PYTHON, python3 by default).
#
#   benchmarks/coco/run.sh [FOLDER]     made-up files of 0.7 GB are left in FOLDER (out/coco)
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-out/coco}
python=${ITPN_PYCOCOTOOLS_PYTHON:-python3}
bench=build/release/bin/itpn_bench_coco
[ -x $bench ] || cmake --build build/release --target itpn_bench_coco
mkdir -p "$folder"
[ -f "$folder/train.json" ] || $bench make-annotations "$folder/train.json"
[ -f "$folder/results.json" ] || $bench make-results "$folder/truth.json" "$folder/results.json"
for _ in 1 2 3; do $bench read "$folder/train.json"; done
$bench transform
for threads in 1 2; do
  echo "evaluation on $threads threads"
  $bench evaluate "$folder/truth.json" "$folder/results.json" $threads
done
"$python" -c 'import pycocotools' 2>/dev/null || { echo "no pycocotools in $python"; exit 0; }
"$python" benchmarks/coco/pycocotools_seconds.py "$folder/truth.json" "$folder/results.json"
