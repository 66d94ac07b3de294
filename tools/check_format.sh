#!/usr/bin/env bash
# Fails on C++ files that clang-format 14 would change; `--fix` changes them. The version is pinned: others differ.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.h' '*.cpp' '*.cu' '*.cuh')
if [ "${1:-}" = --fix ]; then
  clang-format-14 -i "${files[@]}"
else
  clang-format-14 --dry-run --Werror "${files[@]}"
  echo "${#files[@]} files are formatted"
fi
