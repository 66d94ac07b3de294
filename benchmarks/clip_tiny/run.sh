#!/usr/bin/env bash
# CLIP-supervised against pixel pre-training on a small scale, without any download:
# 1. a small vision tower of CLIP's shape learns the classes of DATA_DIR (itpn teacher);
# 2. a student learns the tower's features, another model the pixels: same pictures, same steps;
# 3. both are measured by nearest neighbours, a linear probe and fine-tuning, beside a start from scratch.
#
#   benchmarks/clip_tiny/run.sh DATA_DIR OUTPUT_DIR [KEY=VALUE for every training run]...
#
# DATA_DIR has train/ and val/ with a folder for each class. A run that was stopped goes on where it was. The table is
# printed at the end and lies in OUTPUT_DIR/results.md, with curves in accuracy.png. The teacher has seen the classes, so
# the comparison favours the student: it shows that the path works, not that features are better targets than pixels.
#   TEACHER_EPOCHS=60 EPOCHS=60 WARMUP_EPOCHS=5 FINETUNE_EPOCHS=8
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../steps.sh
. "$here/../steps.sh"
itpn=${ITPN:-$here/../../build/release/bin/itpn}
configs=$here/../../configs
data=$(cd "$1" && pwd)
mkdir -p "$2"
output=$(cd "$2" && pwd)
shift 2
words=("$@")

run() {  # run NAME COMMAND WORDS...: trains, or goes on; its output in NAME.txt
  local name=$1
  shift
  once "$output/$name.txt" "$itpn" "$@" --output-dir "$output/$name" --resume auto data.path="$data/train" \
    data.val_path="$data/val" "${words[@]}"
}

run teacher teacher "$here/teacher.toml" train.epochs="${TEACHER_EPOCHS:-60}"
pretraining=(train.epochs="${EPOCHS:-60}" optim.warmup_epochs="${WARMUP_EPOCHS:-5}")
run student pretrain "$here/student.toml" teacher.weights="$output/teacher" "${pretraining[@]}"
run pixels pretrain "$here/pixels.toml" "${pretraining[@]}"
{
  echo "| pre-training | k-NN, % | linear probe, % | fine-tuned, % |"
  echo "|---|---|---|---|"
} > "$output/results.md"
for model in student pixels scratch; do
  settings=() init=() knn="-" probe="-"
  if [ "$model" = student ]; then
    settings=(model.layer_scale=0.1 model.relative_position_bias=true 'data.mean=[0.5,0.5,0.5]' 'data.std=[0.5,0.5,0.5]'
              preprocess.crop_rule=clip)
  fi
  if [ "$model" != scratch ]; then
    init=(--init "$output/$model")
    once "$output/$model.knn.json" "$itpn" knn "${init[@]}" --data "$data" --json
    knn=$(knn_top1_of "$output/$model.knn.json")
    run "${model}_linprobe" linprobe "$configs/linprobe/itpn_tiny_128.toml" "${init[@]}" "${settings[@]}"
    probe=$(top1_of "$output/${model}_linprobe.txt")
  fi
  run "${model}_finetune" finetune "$configs/finetune/itpn_tiny_128.toml" "${init[@]}" "${settings[@]}" \
    train.epochs="${FINETUNE_EPOCHS:-8}"
  echo "| $model | $knn | $probe | $(top1_of "$output/${model}_finetune.txt") |" >> "$output/results.md"
done
echo "teacher: $(sed -nE 's/.*top-1 +([0-9.]+) %.*/\1/p' "$output/teacher/train.log" | tail -n 1) % top-1"
"$itpn" plot "$output"/{student,pixels,scratch}_finetune --key val_top1 --x epoch -o "$output/accuracy.png" \
  --title "accuracy while fine-tuning, %" > /dev/null
cat "$output/results.md"
