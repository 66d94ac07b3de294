#!/usr/bin/env bash
# Prepares a machine and builds itpn. Safe to call again: what is there already is not done twice.
#
#   tools/setup.sh packages    install the system packages that are missing (Debian, Ubuntu)
#   tools/setup.sh torch       find a LibTorch, or install the pinned wheel into .venv
#   tools/setup.sh configure [PRESET]
#   tools/setup.sh build [PRESET [TARGET...]]
#   tools/setup.sh optional    what only `make faults` uses: strace, libfaketime
#   tools/setup.sh fuzz        what only `make fuzz` uses: clang 14
#   tools/setup.sh             all of it for the preset `release`
#
# LibTorch is taken from, in this order: $Torch_DIR; the torch package of the active Python; .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

TORCH_VERSION=2.13.0
PACKAGES=(build-essential cmake ninja-build ccache mold pkg-config python3-venv
          libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libjpeg-dev libpng-dev libwebp-dev zlib1g-dev
           libgloo-dev bsdextrautils libgtest-dev libgmock-dev clang-format-14)

# What only some fault tests need; they skip, saying so, where it is missing.
OPTIONAL_PACKAGES=(strace libfaketime)
FUZZ_PACKAGES=(clang-14 libclang-rt-14-dev)

say() { printf '%s\n' "$*" >&2; }

# Those of the named packages that are not installed.
missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$name"
  done
}

packages() {
  install_packages "${PACKAGES[@]}"
}

optional() {
  install_packages "${OPTIONAL_PACKAGES[@]}"
}

fuzz() {
  install_packages "${FUZZ_PACKAGES[@]}"
}

install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "setup: not a Debian or Ubuntu system; install the equivalents of: $*"
    return
  fi
  local missing as_root=""
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=sudo
    else
      say "setup: some system packages are missing. Type this, then call make again:"
      say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing% }"
      exit 1
    fi
  fi
  say "setup: installing ${missing% }"
  $as_root apt-get update -qq >&2
  # shellcheck disable=SC2086  # the list is meant to be split
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >&2
}

# Folder with TorchConfig.cmake's parent for the torch package of a Python, without the seconds that importing it takes.
torch_of() {
  "$1" - 2>/dev/null <<'PY'
import importlib.util, os, sys
spec = importlib.util.find_spec("torch")
path = spec and os.path.join(spec.submodule_search_locations[0], "share", "cmake")
if not path or not os.path.exists(os.path.join(path, "Torch", "TorchConfig.cmake")):
    sys.exit(1)
print(path)
PY
}

# Prints what goes into CMAKE_PREFIX_PATH; empty when Torch_DIR already says it.
torch_prefix() {
  if [ -n "${Torch_DIR:-}" ]; then
    return 0
  fi
  torch_of python3 || torch_of .venv/bin/python
}

torch() {
  if torch_prefix >/dev/null; then return; fi
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    say "setup: the torch $TORCH_VERSION wheel needs Python 3.10 or newer, this is $(python3 --version)."
    say "  Install one, or unpack a LibTorch and set Torch_DIR=.../libtorch/share/cmake/Torch"
    exit 1
  fi
  say "setup: installing torch $TORCH_VERSION into .venv (its C++ library is what is used)"
  [ -x .venv/bin/python ] || python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "torch==$TORCH_VERSION" >&2
  torch_prefix >/dev/null || { say "setup: the installed torch has no TorchConfig.cmake"; exit 1; }
}

configure() {
  local preset=${1:-release} prefix log
  prefix=$(torch_prefix) || { say "setup: no LibTorch; call tools/setup.sh torch"; exit 1; }
  if [ -f "build/$preset/build.ninja" ] && [ "$(cat "build/$preset/torch_prefix" 2>/dev/null)" = "$prefix" ]; then
    return
  fi
  mkdir -p "build/$preset"
  log=build/$preset/configure.log
  say "setup: configuring build/$preset"
  local include=${prefix:+${prefix%/share/cmake}/include}
  [ -n "$include" ] || include=${Torch_DIR%/share/cmake/Torch}/include
  if ! ITPN_TORCH_INCLUDE_DIR=$include cmake --preset "$preset" ${prefix:+-DCMAKE_PREFIX_PATH="$prefix"} >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
  fi
  printf '%s' "$prefix" >"build/$preset/torch_prefix"
}

build() {
  local preset=${1:-release}
  shift || true
  configure "$preset"
  cmake --build "build/$preset" ${1:+--target "$@"} >&2
}

case "${1:-all}" in
  packages | optional | fuzz | torch | configure | build) "$@" ;;
  all) packages && torch && build release ;;
  *) say "usage: tools/setup.sh [packages | optional | fuzz | torch | configure [PRESET] | build [PRESET [TARGET...]]]"; exit 2 ;;
esac
