#!/usr/bin/env bash
# Fuzzes every parser of foreign bytes with libFuzzer, AddressSanitizer and UBSan, and prints one table.
#
#   tools/fuzz.sh [SECONDS [TARGET...]]    SECONDS for each target (60 by default), all targets or those named
#
# As many targets run at a time as there are processors. Needs clang-14 (tools/setup.sh packages fuzz installs it). New inputs
# stay in out/fuzz/TARGET, crashing ones in out/fuzz/crashes; each goes into tests/fuzz/corpus once its cause is mended.
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(ls build/fuzz/bin | sed -n 's/^fuzz_//p')
mkdir -p out/fuzz/crashes
export seconds

# The further folders with good files of that kind.
seeds_of() {
  case $1 in
    jpeg | png | webp) echo src/itpn/io/testdata/images ;;
    tar) echo src/itpn/io/testdata/tars ;;
  esac
}

# The last value of `key: value` in libFuzzer's closing statistics.
statistic() { sed -n "s/^stat::$1: *//p" "$2" | tail -1; }

# Fuzzes one target, and leaves its line of the table in out/fuzz/TARGET.row.
fuzz() {
  local target=$1 new=out/fuzz/$1 log=out/fuzz/$1.log result=FAILED inputs
  mkdir -p "$new"
  # shellcheck disable=SC2046  # no folder or one
  if build/fuzz/bin/fuzz_"$target" "$new" tests/fuzz/corpus/"$target" $(seeds_of "$target") \
      -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
      -artifact_prefix=out/fuzz/crashes/"$target"- -close_fd_mask=1 >/dev/null 2>"$log"; then
    result=passed
  fi
  inputs=$(statistic number_of_executed_units "$log")
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$target" "$inputs" "$(ls "$new" | wc -l)" \
    "$(statistic slowest_unit_time_sec "$log")" "$(statistic peak_rss_mb "$log")" "$result" > "out/fuzz/$target.row"
  echo "fuzz $target: $inputs inputs, $result"
}

export -f fuzz seeds_of statistic
rm -f out/fuzz/*.row
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I '{}' bash -c 'fuzz {}'

echo
{ printf 'target\tinputs\tcorpus\tslowest s\tpeak MB\tresult\n'; cat out/fuzz/*.row; } | column -t -s "$(printf '\t')"
failed=""
for target in "${targets[@]}"; do
  grep -qP '\tpassed$' "out/fuzz/$target.row" || failed="$failed $target"
done
[ -z "$failed" ] || { echo "failed:$failed; see out/fuzz/*.log and out/fuzz/crashes"; exit 1; }
