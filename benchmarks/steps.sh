# For the scripts of experiments: steps that are done once, and what they have measured. To be sourced.

# once FILE COMMAND...: its output in FILE, unless an earlier call has finished it.
once() {
  local file=$1
  shift
  [ -s "$file" ] && return
  echo "$ $*" >&2
  "$@" > "$file.part"
  mv "$file.part" "$file"
}

# The percentage behind "top-1 " at the beginning of a line of a file, a dash where there is none yet.
top1_of() {
  [ -s "$1" ] || { echo -; return; }
  sed -nE 's/^top-1 +([0-9.]+) %.*/\1/p' "$1" | head -n 1
}

# The accuracy in the JSON line of `itpn knn --json`; nothing where there is none yet.
knn_top1_of() {
  sed -nE 's/.*"top1": *([0-9.]+).*/\1/p' "$1" 2> /dev/null | head -n 1
}
