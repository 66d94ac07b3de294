# Debian packages without installing them: fetched and unpacked below .deps/sysroot. Sourced by tools/setup.sh.
#
# A development package brings headers and links; what it links to comes with the run-time libraries that it names, those
# of theirs, and so on, whether the machine has them or not: so a folder made here also serves as a bundle.

# Never ours to bring: they belong to the machine's compiler and C library.
SYSTEM_PACKAGES='^(libc6|libc6-dev|linux-libc-dev|libgcc-s1|libstdc\+\+6|gcc-[0-9]+-base|libcrypt.*|libssl.*|debconf|perl.*|python3.*|dpkg|cdebconf)$'

APT_OPTIONS=()

# The system's lists of packages, or our own copy where they are empty or older than what the servers have.
use_own_lists() {
  local lists=$PWD/.deps/apt
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
  APT_OPTIONS=(-o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache" -o Debug::NoLocking=true -o "APT::Sandbox::User=$(id -un)")
  say "fetching the lists of packages into .deps/apt"
  apt-get "${APT_OPTIONS[@]}" update -qq >&2 || die "apt-get update failed; without network, build from a bundle (tools/bundle.sh)"
}

# Names of the packages that a package depends on.
dependencies_of() {
  apt-cache "${APT_OPTIONS[@]}" depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$1" 2>/dev/null |
    sed -n 's/^ *|\{0,1\}\(Pre\)\{0,1\}Depends: *//p' | grep -v '^<' | sed 's/:any$//'
}

# The packages to fetch for those named. What a development package depends on is not followed where its headers do not
# need it: cairo's names half a desktop, and of gloo only headers are used.
packages_to_fetch() {
  local queue=("$@") seen=" " name dependency
  while [ ${#queue[@]} -gt 0 ]; do
    name=${queue[0]}
    queue=("${queue[@]:1}")
    case $seen in *" $name "*) continue ;; esac
    if [[ $name =~ $SYSTEM_PACKAGES ]]; then continue; fi
    seen="$seen$name "
    for dependency in $(dependencies_of "$name"); do
      case $name:$dependency in
        libgloo-dev:* | libcairo2-dev:*-dev | libcairo2-dev:libcairo-* | *-dev:*-bin | *-dev:*-dev-bin | libpng-dev:*tools | *:dpkg* | libglib*:* | *-dev:pkg-config) ;;
        *-dev:* | lib*:lib* | *:fonts-*) queue+=("$dependency") ;;
      esac
    done
  done
  printf '%s\n' $seen
}

# Fetches Debian packages and unpacks them below .deps/sysroot: fetch_and_unpack NAME...
fetch_and_unpack() {
  local names archive
  command -v apt-get >/dev/null || die "no apt-get here, so nothing can be unpacked: use conda or a bundle (tools/bundle.sh)"
  apt-cache show "$1" >/dev/null 2>&1 || use_own_lists
  mapfile -t names < <(packages_to_fetch "$@")
  mkdir -p .deps/debs
  say "fetching ${#names[@]} packages into .deps: ${names[*]}"
  if ! (cd .deps/debs && apt-get "${APT_OPTIONS[@]}" download -qq "${names[@]}" >&2); then
    use_own_lists  # the system's lists name versions that the servers no longer have
    (cd .deps/debs && apt-get "${APT_OPTIONS[@]}" download -qq "${names[@]}" >&2) || die "a package could not be fetched (apt's message is above)"
  fi
  rm -rf .deps/sysroot.part
  for archive in .deps/debs/*.deb; do dpkg-deb -x "$archive" .deps/sysroot.part; done
  merge_usr .deps/sysroot.part
  rm -rf .deps/sysroot
  mv .deps/sysroot.part .deps/sysroot
}

# Libraries that a package puts into /lib go to /usr/lib, where the links of the development packages look for them.
merge_usr() {
  if [ -d "$1/lib" ] && [ ! -L "$1/lib" ]; then
    mkdir -p "$1/usr/lib"
    cp -a "$1/lib/." "$1/usr/lib/"
    rm -rf "$1/lib"
  fi
}

# Rows of NEEDS: a compiler is the one thing that cannot be unpacked somewhere.
unpack_packages() {
  local names
  if printf '%s\n' "$1" | grep -q '^build|c++|'; then
    die "no C++ compiler here, and one cannot be unpacked into a folder." "Load your cluster's module, or: conda install -c conda-forge gxx"
  fi
  # Those unpacked before stay: the folder is made anew with all of them.
  names=$(printf '%s %s' "$(cat .deps/unpacked 2>/dev/null)" "$(column_of 3 "$1")" | tr ' ' '\n' | grep . | sort -u)
  need_disk 300 "unpacking packages"
  # shellcheck disable=SC2086  # the list is meant to be split
  fetch_and_unpack $names libgloo-dev
  printf '%s\n' $names >.deps/unpacked
}
