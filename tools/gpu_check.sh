#!/usr/bin/env bash
# Everything that wants a GPU, in less than ten minutes: builds, compares with the reference values, trains and resumes in
# each precision, measures beside PyTorch, takes a profile, and writes OUT/report.md and OUT/report.json.
#
#   tools/gpu_check.sh OUT                 on the GPU
#   DEVICE=cpu tools/gpu_check.sh OUT      the same with tiny sizes, to try the script itself: some minutes
#
# The most important comes first, each part has its own limit, and what fails does not end the rest. Called again with the
# same OUT it goes on with what is not done. Exit code 0: all done; 1: the report names what failed or was not reached.
#
#   ITPN=FILE       a program that is built already, with itpn_golden beside it
#   BUNDLE=FOLDER   made by tools/bundle.sh, to build from; else these sources, which may be a bundle
#   PYTHON=FILE     a Python with the torch to build against and to measure beside; else the active one, else .venv
#   FIXTURES=FOLDER reference values; PEER=FILE a script with the eager models. Both are skipped where they are absent.
#   LIMIT=580       seconds for everything
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,18s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# = 1 ] && [ "${1#-}" = "$1" ] || usage
case "${DEVICE:-cuda}" in cuda | cpu) ;; *) echo "gpu_check: DEVICE=$DEVICE: want cuda or cpu" >&2; exit 2 ;; esac

has_torch() { "$1" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)' 2>/dev/null; }
if [ -z "${PYTHON:-}" ]; then
  for PYTHON in python3 .venv/bin/python; do has_torch "$PYTHON" && break; done
fi
export PYTHON DEVICE=${DEVICE:-cuda}
exec python3 tools/gpu_check.py "$1"
