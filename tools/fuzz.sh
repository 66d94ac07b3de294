#!/usr/bin/env bash
# Fuzzes every parser of foreign bytes with libFuzzer, AddressSanitizer and UBSan, and prints one table.
#
#   tools/fuzz.sh [SECONDS [TARGET...]]    SECONDS for each target (60 by default), all targets or those named
#
# Needs clang-14 (tools/setup.sh fuzz installs it). New inputs stay in out/fuzz/TARGET, crashing ones in
# out/fuzz/crashes; each goes into tests/fuzz/corpus once its cause is mended.
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(ls build/fuzz/bin | sed -n 's/^fuzz_//p')
mkdir -p out/fuzz/crashes
failed=""
rows=$'target\tinputs\tcorpus\tslowest s\tpeak MB\tresult\n'

# The further folders with good files of that kind.
seeds_of() {
  case $1 in
    jpeg | png | webp) echo src/itpn/io/testdata/images ;;
    tar) echo src/itpn/io/testdata/tars ;;
  esac
}

# The last value of `key: value` in libFuzzer's closing statistics.
statistic() { sed -n "s/^stat::$1: *//p" "$2" | tail -1; }

for target in "${targets[@]}"; do
  new=out/fuzz/$target log=out/fuzz/$target.log
  mkdir -p "$new"
  # shellcheck disable=SC2046  # no folder or one
  if build/fuzz/bin/fuzz_"$target" "$new" tests/fuzz/corpus/"$target" $(seeds_of "$target") \
      -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
      -artifact_prefix=out/fuzz/crashes/"$target"- -close_fd_mask=1 >/dev/null 2>"$log"; then
    result=passed
  else
    result=FAILED
    failed="$failed $target"
  fi
  rows+="$target"$'\t'"$(statistic number_of_executed_units "$log")"$'\t'"$(ls "$new" | wc -l)"$'\t'
  rows+="$(statistic slowest_unit_time_sec "$log")"$'\t'"$(statistic peak_rss_mb "$log")"$'\t'"$result"$'\n'
  echo "fuzz $target: $(statistic number_of_executed_units "$log") inputs, $result"
done

echo
printf '%s' "$rows" | column -t -s "$(printf '\t')"
[ -z "$failed" ] || { echo "failed:$failed; see out/fuzz/*.log and out/fuzz/crashes"; exit 1; }
