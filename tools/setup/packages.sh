# What a build, the tests and the fuzzers need of a system. Sourced by tools/setup.sh.
#
# A need is a header, a command or a file, whatever brought it: so other distributions, conda and modules of a cluster
# count too. Columns: group, need, Debian package, conda package (for machines without apt), what it is for. A need in the group
# `extra` is installed where that is possible, and done without where it is not.
NEEDS="
build|c++|g++|gxx|compiling
build|CLI/CLI.hpp|libcli11-dev|cli11|the command line
build|toml++/toml.h|libtomlplusplus-dev|tomlplusplus|recipes
build|nlohmann/json.hpp|nlohmann-json3-dev|nlohmann_json|JSON
build|jpeglib.h|libjpeg-dev|libjpeg-turbo|JPEG
build|png.h|libpng-dev|libpng|PNG
build|webp/decode.h|libwebp-dev|libwebp-base|WebP
build|cairo/cairo.h|libcairo2-dev|cairo|charts and pictures
build|pugixml.hpp|libpugixml-dev|pugixml|annotations of Pascal VOC
build|yaml-cpp/yaml.h|libyaml-cpp-dev|yaml-cpp|descriptions of YOLO sets
build|zlib.h|zlib1g-dev|zlib|compressed files
extra|gloo/algorithm.h|libgloo-dev|-|several processes
extra|/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf|fonts-dejavu-core|-|text in charts
extra|ccache|ccache|ccache|compiling again quickly
extra|mold|mold|mold|linking quickly
extra|cmake|cmake|cmake|building (else from PyPI)
extra|ninja|ninja-build|ninja|building (else from PyPI)
extra|column|bsdextrautils|-|tables of make faults and make fuzz
test|gmock/gmock.h|libgmock-dev|gtest|tests
test|gtest/gtest.h|libgtest-dev|gtest|tests
faults|strace|strace|-|fault tests that skip without it
faults|/usr/lib/*/faketime/libfaketime.so.1|libfaketime|-|fault tests that skip without it
fuzz|clang++-14|clang-14|-|fuzzing
fuzz|/usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a|libclang-rt-14-dev|-|fuzzing
"
OLDEST_COMPILER=11

# The rows of NEEDS in these groups.
needs_of() { printf '%s' "$NEEDS" | awk -F '|' -v groups=" $* " 'NF > 1 && index(groups, " " $1 " ")'; }

# Of the headers on standard input, those that the compiler does not find. One call of the compiler for all.
absent_headers() {
  local headers compiler=${CXX:-c++}
  headers=$(cat)
  [ -n "$headers" ] || return 0
  if ! command -v "$compiler" >/dev/null; then printf '%s\n' "$headers"; return; fi
  printf '%s\n' "$headers" | awk '{ printf "#if !__has_include(<%s>)\nabsent %s\n#endif\n", $1, $1 }' |
    "$compiler" -E -P -x c++ ${DEPS_INCLUDE:+-isystem "$DEPS_INCLUDE"} ${CONDA_PREFIX:+-isystem "$CONDA_PREFIX/include"} - |
    sed -n 's/^absent //p'
}

# The rows of NEEDS, in these groups, that are missing.
missing_needs() {
  local rows need commands="" headers=""
  rows=$(needs_of "$@")
  [ ! -d .deps/sysroot ] || local DEPS_INCLUDE=$PWD/.deps/sysroot/usr/include
  while IFS='|' read -r _ need _; do
    case $need in
      c++) command -v "${CXX:-c++}" >/dev/null || commands="$commands $need" ;;
      /*) compgen -G "$need" >/dev/null || commands="$commands $need" ;;
      *.h | *.hpp) headers="$headers$need"$'\n' ;;
      *) command -v "$need" >/dev/null || commands="$commands $need" ;;
    esac
  done <<<"$rows"
  need=" $commands $(printf '%s' "$headers" | absent_headers | tr '\n' ' ') "
  printf '%s\n' "$rows" | awk -F '|' -v need="$need" 'NF > 1 && index(need, " " $2 " ")'
}

has_packages() { [ -z "$(missing_needs "$1")" ]; }

check_compiler() {
  local compiler=${CXX:-c++} version
  version=$("$compiler" -dumpversion)
  if "$compiler" --version | grep -q clang; then return; fi
  [ "${version%%.*}" -ge "$OLDEST_COMPILER" ] ||
    die "$compiler is GCC $version; C++20 needs $OLDEST_COMPILER or newer." "Install a newer one and say CXX=g++-12 (or load your cluster's module)."
}

packages() {
  local groups=${1:-build} rows extra
  if [ "$groups" = test ]; then groups="build test"; fi
  rows=$(missing_needs $groups)
  extra=$([ -f .deps/extra_done ] || missing_needs extra)
  if [ -n "$rows$extra" ]; then
    provide "$rows" "$extra"
    rows=$(missing_needs $groups)
  fi
  [ -z "$rows" ] || name_missing "$rows"
  check_compiler
}

# Brings rows of NEEDS onto the machine in the way that it allows.
provide() {
  local rows=$1 extra=$2 as_root=""
  if [ "${LOCAL:-}" = 1 ] && [ -n "$rows" ]; then unpack_packages "$rows"; return; fi
  if ! command -v apt-get >/dev/null || [ "${LOCAL:-}" = 1 ]; then return 0; fi
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=sudo
    else
      [ -n "$rows" ] || return 0
      say "neither root nor sudo here: unpacking what is missing below .deps/ (nothing is installed). An administrator would type" \
        "sudo apt-get install -y --no-install-recommends $(column_of 3 "$rows")"
      unpack_packages "$rows"
      return
    fi
  fi
  install_packages "$as_root" "$rows" "$extra"
}

column_of() { printf '%s\n' "$2" | awk -F '|' -v n="$1" 'NF > 1 && $n != "-" && !seen[$n]++ { printf "%s%s", (count++ ? " " : ""), $n }'; }

install_packages() {
  local as_root=$1 wanted name known="" rows=$2$'\n'$3
  $as_root apt-get update -qq >&2 || say "apt-get update failed; going on with what is known"
  # A name that this distribution does not have would stop apt at all the others.
  for name in $(column_of 3 "$rows"); do
    if apt-cache show "$name" >/dev/null 2>&1; then known="$known $name"; else say "this distribution has no package $name"; fi
  done
  mkdir -p .deps && : >.deps/extra_done
  wanted=${known# }
  [ -n "$wanted" ] || return 0
  say "installing $wanted"
  # shellcheck disable=SC2086  # the list is meant to be split
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $wanted >&2
}

# The end for a machine on which something is missing that could not be brought there.
name_missing() {
  say "missing:"
  printf '%s\n' "$1" | awk -F '|' '{ printf "  %-22s for %s (Debian: %s)\n", $2, $5, $3 }' >&2
  printf '  %s\n' "Install them with your distribution's packages, or into an active conda environment:" \
    "  conda install -c conda-forge $(column_of 4 "$1")" \
    "or build from a bundle that another machine made: tools/bundle.sh" >&2
  exit 1
}

# clang-format at the version that the sources are formatted with; others differ.
formatter() {
  if command -v clang-format-14 >/dev/null || [ -x .venv/bin/clang-format ]; then return; fi
  make_venv
  say "installing clang-format $FORMATTER_VERSION into .venv"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "clang-format==$FORMATTER_VERSION" >&2
}
FORMATTER_VERSION=14.0.6
