#!/usr/bin/env bash
# Trains itpn-tiny with the settings of the published-code run and prints both figures of each run.
#   benchmarks/learning_parity/run.sh DATA_DIR OUTPUT_DIR [8e | 60e | 8e_mfm]...      (default: 8e)
# DATA_DIR has train/ and val/. A run that was stopped goes on where it was.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
itpn=$here/../../build/release/bin/itpn
data=$(cd "$1" && pwd)
output=$2
shift 2
[ $# -gt 0 ] || set -- 8e
for run in "$@"; do
  "$itpn" pretrain "$here/itpn_tiny_128_$run.toml" --output-dir "$output/$run" --resume auto \
    data.path="$data/train" data.val_path="$data/val"
done
