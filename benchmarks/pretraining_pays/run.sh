#!/usr/bin/env bash
# The proof that pre-training pays: the same fine-tuning from a random start, from conventional masked image modelling
# (the backbone alone), from integral pre-training, and with masked feature modelling on top, each kind of teacher input.
#
#   benchmarks/pretraining_pays/run.sh DATA_DIR OUTPUT_DIR [KIND]...
#
# DATA_DIR has train/ and val/ with a sub-folder for each class. KIND is one of those below (default: all). Stop it
# whenever you like: the same command goes on where it was. At the end it writes OUTPUT_DIR/results.md and curves.
#   SEEDS="0 1"                seeds of pre-training and fine-tuning
#   RATES="1e-3:0.75 2e-3:0.75"   learning rate and layer decay of each fine-tuning; the best one of a kind counts
#   SCRATCH_RATES="1e-3:1.0 2e-3:1.0 1e-3:0.75"
#   EPOCHS=60 WARMUP_EPOCHS=5 FINETUNE_EPOCHS=8
#   PRETRAIN_PRECISION=fp32    bf16 saves up to 40 % of the time where the processor has it; fine-tuning stays at fp32
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../steps.sh
. "$here/../steps.sh"
itpn=${ITPN:-$here/../../build/release/bin/itpn}
data=$(cd "$1" && pwd)
mkdir -p "$2"
output=$(cd "$2" && pwd)
shift 2
kinds=(scratch integral conventional mfm_visible mfm_full mfm_masked)
seeds=${SEEDS:-0}
rates=${RATES:-1e-3:0.75 2e-3:0.75}
scratch_rates=${SCRATCH_RATES:-1e-3:1.0 2e-3:1.0 1e-3:0.75}
epochs=${EPOCHS:-60}
warmup_epochs=${WARMUP_EPOCHS:-5}
finetune_epochs=${FINETUNE_EPOCHS:-8}
pretrain_precision=${PRETRAIN_PRECISION:-fp32}
folders=("data.path=$data/train" "data.val_path=$data/val")

# The keys in which a kind differs.
keys_of() {
  case $1 in
    integral) ;;
    conventional) echo pretrain.pyramid=false ;;
    mfm_*) echo mfm.enabled=true mfm.teacher_input="${1#mfm_}" ;;
    *) echo "no kind \"$1\"; there is ${kinds[*]}" >&2; exit 2 ;;
  esac
}

pretrain() {
  local kind=$1 seed=$2 run=$3
  # shellcheck disable=SC2046
  once "$run.pretrain.txt" "$itpn" pretrain "$here/pretrain.toml" --output-dir "$run" --resume auto "${folders[@]}" \
    train.epochs="$epochs" train.seed="$seed" train.precision="$pretrain_precision" \
    optim.warmup_epochs="$warmup_epochs" $(keys_of "$kind")
  once "$run.knn.json" "$itpn" knn --init "$run" --data "$data" --json
  once "$run.probe.txt" "$itpn" linprobe "$here/../../configs/linprobe/itpn_tiny_128.toml" --init "$run" \
    --output-dir "$run-probe" --resume auto "${folders[@]}"
}

finetune() {
  local seed=$1 run=$2 rate=$3
  shift 3
  once "$run.finetune-$rate.txt" "$itpn" finetune "$here/finetune.toml" --output-dir "$run-finetune-$rate" \
    --resume auto "$@" "${folders[@]}" train.epochs="$finetune_epochs" train.seed="$seed" optim.lr="${rate%:*}" \
    optim.layer_decay="${rate#*:}"
}

# "TOP1 (RATE)" of the best fine-tuning of a run, and its directory name in `best`.
best_finetuning() {
  local file top1 top=-1
  best=
  for file in "$1".finetune-*.txt; do
    top1=$(top1_of "$file")
    [ "$top1" != - ] || continue
    if awk "BEGIN { exit !($top1 > $top) }"; then top=$top1 best=${file%.txt}; fi
  done
  best=${best/.finetune-/-finetune-}
  [ -n "$best" ] && text="$top (${best##*-finetune-})" || text=-
}

report() {
  local kind seed run curves=()
  {
    echo "| pre-training | seed | validation loss | k-NN, % | linear probe, % | fine-tuned, % (rate:layer decay) |"
    echo "|---|---|---|---|---|---|"
    for kind in "${kinds[@]}"; do
      for seed in $seeds; do
        run=$output/$kind-$seed
        best_finetuning "$run"
        [ "$text" != - ] || [ -s "$run.pretrain.txt" ] || continue
        [ -n "$best" ] && curves+=("$best")
        echo "| $kind | $seed | $(sed -n 's/^validation loss //p' "$run.pretrain.txt" 2> /dev/null || true) |" \
          "$(knn_top1_of "$run.knn.json") |" \
          "$(top1_of "$run.probe.txt") | $text |"
      done
    done
  } > "$output/results.md"
  [ ${#curves[@]} -eq 0 ] || "$itpn" plot "${curves[@]}" --key val_top1 --x epoch -o "$output/accuracy.png" \
    --title "accuracy while fine-tuning, %" > /dev/null
  cat "$output/results.md"
}

[ $# -gt 0 ] || set -- "${kinds[@]}"
for seed in $seeds; do
  for kind in "$@"; do
    run=$output/$kind-$seed
    init=()
    wanted=$scratch_rates
    if [ "$kind" != scratch ]; then
      keys_of "$kind" > /dev/null
      pretrain "$kind" "$seed" "$run"
      init=(--init "$run")
      wanted=$rates
    fi
    for rate in $wanted; do finetune "$seed" "$run" "$rate" "${init[@]}"; done
    report
  done
done
