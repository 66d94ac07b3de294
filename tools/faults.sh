#!/usr/bin/env bash
# Injects the faults of docs/reliability.md into a release build and prints what was lost, as one table.
#
#   tools/faults.sh [SHARE]    SHARE of the full counts, 1 by default; 0.1 takes about a tenth of the time
#
# Needs build/release (make everything). Uses strace, libfaketime, unshare where they are; a test without its tool says
# so.
set -uo pipefail
cd "$(dirname "$0")/.."

export ITPN_FAULTS=${1:-1}
export ITPN_FAULT_REPORT=$PWD/out/faults/report.tsv
export ITPN_BINARY=$PWD/build/release/bin/itpn ITPN_SOURCE_DIR=$PWD OMP_NUM_THREADS=2
mkdir -p out/faults
rm -f "$ITPN_FAULT_REPORT"

failed=""
start=$SECONDS
for program in itpn_faults_test itpn_parser_faults_test itpn_program_faults_test itpn_weights_faults_test; do
  echo "== $program"
  # One line a fault on the screen, everything in the log.
  build/release/bin/$program 2>&1 | tee "out/faults/$program.log" | grep -E --line-buffered '^faults \[|FAILED|SKIPPED|not here'
  [ "${PIPESTATUS[0]}" = 0 ] || failed="$failed $program"
done

echo
{ printf 'goal\tinjected fault\tinjected\tlost\tseconds\tremark\n'; sort -n "$ITPN_FAULT_REPORT"; } | column -t -s "$(printf '\t')"
echo
echo "share $ITPN_FAULTS of the full counts, $((SECONDS - start)) s; logs in out/faults"
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
