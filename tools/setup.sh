#!/usr/bin/env bash
# Prepares a machine and builds itpn. Safe to call again: what is there already is not done twice.
#
#   tools/setup.sh packages [build|test|faults|fuzz]   what a build (or the tests, ...) needs and the machine lacks
#   tools/setup.sh torch                               find a LibTorch, or install one into .venv; print which
#   tools/setup.sh configure [PRESET]
#   tools/setup.sh build [PRESET [TARGET...]]
#   tools/setup.sh                                     all of it for the program alone
#
# LOCAL=1 installs nothing: Debian packages are unpacked below .deps/ (also what happens, after saying so, where there is
# neither root nor sudo). ITPN_TORCH names the LibTorch to use: a Python, a virtual environment, a folder, or "own" (.venv).
# Else it is taken from Torch_DIR, the active Python, an active conda environment, .venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TORCH_VERSION=2.13.0
# What compiling takes on the disk, and each torch package with what pip unpacks on the way, in MB.
BUILD_MB=1500 CPU_TORCH_MB=1500 CUDA_TORCH_MB=9000

say() { printf 'setup: %s\n' "$1" >&2; shift; [ $# = 0 ] || printf '  %s\n' "$@" >&2; }
die() { say "$@"; exit 1; }

# Ends, before minutes are spent, if the folder's disk has fewer than that many MB left: need_disk MB WHAT_FOR
need_disk() {
  local free
  free=$(df -Pm . | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$1" ] || die "$2 needs about $1 MB, $(pwd) has $free MB left. Make room or build on another disk."
}

# shellcheck source=tools/setup/packages.sh
. tools/setup/packages.sh
# shellcheck source=tools/setup/unpack.sh
. tools/setup/unpack.sh
# shellcheck source=tools/setup/torch.sh
. tools/setup/torch.sh

# Prints the cmake (ninja) to use: the system's, that of .venv, or a new one from PyPI in .venv.
tool() {
  local name=$1
  if command -v "$name" >/dev/null; then command -v "$name"; return; fi
  if [ -x ".deps/bin/$name" ]; then echo "$PWD/.deps/bin/$name"; return; fi
  if [ ! -x ".venv/bin/$name" ]; then
    make_venv
    say "installing $name into .venv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$name" >&2 || die "no $name: install it and call make again"
  fi
  echo "$PWD/.venv/bin/$name"
}

configure() {
  local preset=${1:-release} log stamp wanted cmake
  cmake=$(tool cmake)
  describe_torch || die "no LibTorch; call tools/setup.sh torch"
  # What the build's answers depend on: another LibTorch, tests that can be built now, headers of NCCL that have come.
  wanted="$(torch_value root) $(torch_value build) $(torch_value nccl) tests=$(has_packages test && echo yes || echo no)"
  stamp=build/$preset/configured_for
  if [ -f "build/$preset/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
  mkdir -p "build/$preset"
  log=build/$preset/configure.log
  say "configuring build/$preset (LibTorch $(torch_value build) in $(torch_value root))"
  local settings=(-DITPN_TORCH="$(torch_value root)" -DCMAKE_MAKE_PROGRAM="$(tool ninja)")
  local prefixes=${CONDA_PREFIX:-}
  [ ! -d .deps/sysroot ] || prefixes="$PWD/.deps/sysroot/usr${prefixes:+;$prefixes}"
  [ -z "$prefixes" ] || settings+=(-DCMAKE_PREFIX_PATH="$prefixes")
  if ! "$cmake" --preset "$preset" "${settings[@]}" >"$log" 2>&1; then
    rm -f "build/$preset/CMakeCache.txt"  # a half answered question is asked again
    sed -n '/CMake Error/,$p' "$log" >&2
    say "the whole output is in $log"
    exit 1
  fi
  printf '%s' "$wanted" >"$stamp"
}

build() {
  local preset=${1:-release}
  shift || true
  configure "$preset"
  [ -e "build/$preset/bin/itpn" ] || need_disk "$BUILD_MB" "building"
  "$(tool cmake)" --build "build/$preset" ${1:+--target "$@"} >&2
}

# tools/bundle.sh uses the functions above.
if [ "${ITPN_SOURCED:-}" = 1 ]; then return 0; fi
case "${1:-all}" in
  packages | torch | formatter | configure | build) "$@" ;;
  all) packages build && torch && build release itpn ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
