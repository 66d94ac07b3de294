#!/usr/bin/env bash
# Everything that a build needs, LibTorch and a compiler excepted, in one folder: for machines without network.
#
#   tools/bundle.sh make [DIR]                   on a Debian or Ubuntu machine with network; DIR is build/bundle by default
#   tools/bundle.sh build [DIR] [--torch WHAT]   anywhere: compiles DIR/build/release/bin/itpn, without network
#
# DIR becomes a copy of these sources with a filled .deps/ (headers and libraries, CMake, Ninja). Carry it to a machine of
# the same processor whose C library is not older, and there call its own tools/bundle.sh build. WHAT names the LibTorch:
# a Python, a virtual environment or a folder; without it, that of the active Python.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"

usage() { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }

c_library() { getconf GNU_LIBC_VERSION 2>/dev/null | awk '{ print $2 }'; }

# What a bundle never needs of the unpacked packages.
thin_out() {
  rm -rf "$1"/usr/share/{doc,man,locale,lintian,bug,X11} "$1"/usr/lib/*/{gconv,cmake/gloo} "$1"/usr/{bin,sbin} "$1"/{etc,var}
  find "$1" -name '*.a' -delete
}

make_bundle() {
  local out=$1 size
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$out"
  # shellcheck source=tools/setup.sh
  ITPN_SOURCED=1 . tools/setup.sh
  cd "$out"
  # shellcheck disable=SC2046  # the list is meant to be split
  fetch_and_unpack $(column_of 3 "$(needs_of build | grep -v '|c++|')") libgloo-dev
  thin_out .deps/sysroot
  rm -rf .deps/debs .deps/apt .deps/wheels
  mkdir -p .deps/wheels
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: -d .deps/wheels cmake ninja >&2
  echo "$(uname -m) $(c_library)" >.deps/made_on
  size=$(du -sm "$out" --exclude=build | cut -f1)
  say "$out: $size MB. Carry it to the other machine, and there: tools/bundle.sh build [--torch PYTHON]"
}

# CMake and Ninja out of their wheels, where the machine has none. A wheel is a zip; no pip is needed.
unpack_tool() {
  local wheel program
  if command -v "$1" >/dev/null || [ -x ".deps/bin/$1" ]; then return; fi
  wheel=$(compgen -G ".deps/wheels/$1-*.whl") || { echo "bundle: no $1 here and none in the bundle" >&2; exit 1; }
  mkdir -p .deps/bin ".deps/tools/$1"
  python3 -m zipfile -e "$wheel" ".deps/tools/$1"
  program=$(find ".deps/tools/$1" -path "*/bin/$1" -type f | head -1)
  chmod +x "$program"
  ln -sfn "$PWD/$program" ".deps/bin/$1"
}

build_bundle() {
  local processor library
  [ -d .deps/sysroot ] || { echo "bundle: $PWD has no .deps/sysroot; make a bundle with: tools/bundle.sh make" >&2; exit 1; }
  if [ -f .deps/made_on ]; then
    read -r processor library <.deps/made_on
    [ "$processor" = "$(uname -m)" ] || { echo "bundle: made for $processor, this is $(uname -m)" >&2; exit 1; }
    [ "$(printf '%s\n' "$library" "$(c_library)" | sort -V | head -1)" = "$library" ] ||
      echo "bundle: made with C library $library, this is $(c_library): linking may fail; make one on an older system" >&2
  fi
  unpack_tool cmake
  unpack_tool ninja
  tools/setup.sh build release itpn
  echo "$PWD/build/release/bin/itpn"
}

action=${1:-}
shift || true
dir=""
while [ $# -gt 0 ]; do
  case $1 in
    --torch) [ $# -ge 2 ] || usage; export ITPN_TORCH=$2; shift 2 ;;
    -*) usage ;;
    *) dir=$1; shift ;;
  esac
done
case $action in
  make) make_bundle "${dir:-build/bundle}" ;;
  build) if [ -n "$dir" ]; then cd "$dir"; fi; build_bundle ;;
  *) usage ;;
esac
