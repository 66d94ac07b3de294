#!/usr/bin/env bash
# The paper's main claim (Table 5, Fig. 4): a detector whose pyramid was pre-trained and is loaded is better, and better
# earlier, than one whose pyramid starts at random, whatever its backbone.
#
#   benchmarks/pyramid_pays/run.sh DATA INTEGRAL OUTPUT_DIR [KIND]...
#
# DATA: pictures with objects, as `itpn detect` takes them. INTEGRAL: weights of integral pre-training. KIND (default:
# all): loaded (their pyramid too), fresh (the same weights, pyramid at random), backbone (CONVENTIONAL, weights of
# pre-training the backbone alone; passed over without them), scratch (nothing pre-trained). Stop it whenever you like:
# the same command goes on where it was. It writes OUTPUT_DIR/results.md and curves.
#   SEEDS="0 1 2"        of loaded and fresh
#   OTHER_SEEDS="0"      of backbone and scratch
#   CONVENTIONAL=FILE
#   SET="optim.lr=5e-4"  keys of every run
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../steps.sh
. "$here/../steps.sh"
itpn=${ITPN:-$here/../../build/release/bin/itpn}
data=$(realpath "$1")
integral=$(realpath "$2")
mkdir -p "$3"
output=$(cd "$3" && pwd)
shift 3
seeds=${SEEDS:-0 1 2}
other_seeds=${OTHER_SEEDS:-0}
[ $# -gt 0 ] || set -- loaded fresh backbone scratch

seeds_of() {
  case $1 in
    loaded | fresh) echo "$seeds" ;;
    *) echo "$other_seeds" ;;
  esac
}

start_of() {
  case $1 in
    loaded) echo --init "$integral" --pyramid load ;;
    fresh) echo --init "$integral" --pyramid fresh ;;
    backbone) echo --init "$CONVENTIONAL" --pyramid fresh ;;
    scratch) ;;
    *) echo "no kind \"$1\"; there is loaded, fresh, backbone, scratch" >&2; exit 2 ;;
  esac
}

detect() {
  local kind=$1 seed=$2
  # shellcheck disable=SC2046,SC2086
  once "$output/$kind-$seed.txt" "$itpn" detect "$here/detect.toml" $(start_of "$kind") \
    --output-dir "$output/$kind-$seed" --resume auto data.path="$data" train.seed="$seed" ${SET:-}
}

# The values of a key of metrics.jsonl, by epoch, in percent.
values_of() {
  sed -n "s/.*\"$2\":\([0-9.e-]*\).*/\1/p" "$1/metrics.jsonl" 2> /dev/null |
    awk '{ printf "%s%.1f", (NR > 1 ? " " : ""), 100 * $1 } END { print "" }'
}

report() {
  local kind seed run curves=()
  {
    echo "| start | seed | box AP after each epoch, % | mask AP after each epoch, % |"
    echo "|---|---|---|---|"
    for kind in loaded fresh backbone scratch; do
      for seed in $(seeds_of "$kind"); do
        run=$output/$kind-$seed
        [ -s "$run/metrics.jsonl" ] || continue
        curves+=("$run")
        echo "| $kind | $seed | $(values_of "$run" val_bbox_AP) | $(values_of "$run" val_segm_AP) |"
      done
    done
  } > "$output/results.md"
  for key in bbox segm; do
    [ ${#curves[@]} -eq 0 ] || "$itpn" plot "${curves[@]}" --key "val_${key}_AP" --x epoch -o "$output/$key.png" \
      --title "AP of $key while training" > /dev/null
  done
  cat "$output/results.md"
}

# Turn about, so that what is there at any moment is a fair picture.
for seed in $(printf '%s\n' $seeds $other_seeds | sort -un); do
  for kind in "$@"; do
    [ "$kind" != backbone ] || [ -n "${CONVENTIONAL:-}" ] || continue
    case " $(seeds_of "$kind") " in *" $seed "*) ;; *) continue ;; esac
    detect "$kind" "$seed"
    report
  done
done
