#!/usr/bin/env bash
# CLIP-supervised against pixel pre-training on a small scale, without any download:
# 1. a small vision tower of CLIP's shape learns the classes of DATA_DIR (itpn teacher);
# 2. a student learns the tower's features, another model the pixels: same pictures, same steps;
# 3. both are measured by nearest neighbours, a linear probe and fine-tuning.
#   benchmarks/clip_tiny/run.sh DATA_DIR OUTPUT_DIR [words for every training run, such as train.epochs=2]...
# DATA_DIR has train/ and val/ with a folder for each class. A run that was stopped goes on where it was. The last lines
# of the output are the table. The teacher has seen the classes, so the comparison favours the student: it shows that the
# path works, not that features are better targets than pixels.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
itpn=$here/../../build/release/bin/itpn
configs=$here/../../configs
data=$(cd "$1" && pwd)
output=$2
shift 2
mkdir -p "$output"
table=$output/table.txt
: > "$table"

run() {  # run NAME COMMAND WORDS...: trains, or goes on, and keeps the output
  local name=$1
  shift
  "$itpn" "$@" --output-dir "$output/$name" --resume auto data.path="$data/train" data.val_path="$data/val" \
    "${words[@]}" > "$output/$name.txt"
}

words=("$@")
run teacher teacher "$here/teacher.toml"
run student pretrain "$here/student.toml" teacher.weights="$output/teacher"
run pixels pretrain "$here/pixels.toml"
for model in student pixels; do
  {
    echo "$model: nearest neighbours: $("$itpn" knn --init "$output/$model" --data "$data")"
  } >> "$table"
  settings=()
  if [ "$model" = student ]; then
    settings=(model.layer_scale=0.1 model.relative_position_bias=true 'data.mean=[0.5,0.5,0.5]' 'data.std=[0.5,0.5,0.5]'
              preprocess.crop_rule=clip)
  fi
  for command in linprobe finetune; do
    run "${model}_$command" "$command" "$configs/$command/itpn_tiny_128.toml" --init "$output/$model" "${settings[@]}"
    echo "$model: $command: $(grep -i 'top-1' "$output/${model}_$command.txt" | tail -1)" >> "$table"
  done
done
cat "$table"
