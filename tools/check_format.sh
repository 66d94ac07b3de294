#!/usr/bin/env bash
# Fails on C++ files that clang-format 14 would change; `--fix` changes them. The version is pinned: others differ.
set -euo pipefail
cd "$(dirname "$0")/.."
formatter=clang-format-14
command -v $formatter >/dev/null || formatter=.venv/bin/clang-format
[ "$(command -v $formatter)" ] || { echo "no clang-format 14; call tools/setup.sh formatter" >&2; exit 1; }
mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.h' '*.cpp' '*.cu' '*.cuh')
if [ "${1:-}" = --fix ]; then
  $formatter -i "${files[@]}"
else
  $formatter --dry-run --Werror "${files[@]}"
  echo "${#files[@]} files are formatted"
fi
