#!/usr/bin/env bash
# make demo: the whole chain in some minutes - pre-train itpn-tiny, show what it draws, make a classifier of it, measure
# it, use it.
#   tools/demo.sh OUTPUT_DIR [IMAGES_DIR] [a.b=c ...]
# IMAGES_DIR: a folder with train/ and val/; or a folder with a sub-folder for each class (its sibling val/ is used if it
# is called train/, else every fifth picture is held out); or pictures without classes: then the classifier is left out.
# Without it: the built-in synthetic set. a.b=c change settings of the pre-training.
set -euo pipefail
output=$1
images=${2:-}
shift; shift || true
here=$(cd "$(dirname "$0")/.." && pwd)
itpn=$here/build/release/bin/itpn
recipes=$here/configs/demo
# Deleted only where an earlier demo has made it.
if [ -e "$output/pictures" ] && [ ! -e "$output/pictures/.made-by-the-demo" ]; then
  echo "demo: $output/pictures is not of an earlier demo; take another DEMO_DIR" >&2
  exit 2
fi
rm -rf "$output/pictures"
mkdir -p "$output/pictures"
touch "$output/pictures/.made-by-the-demo"
output=$(cd "$output" && pwd)

say() { printf '\n== %s\n' "$*" >&2; }
run() { printf '$ %s\n' "itpn $*" >&2; "$itpn" "$@"; }
pictures_of() { find -L "$1" -type f \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' -o -iname '*.webp' \) | LC_ALL=C sort; }
has_classes() { [ -n "$(find -L "$1" -mindepth 1 -maxdepth 1 -type d -print -quit)" ]; }

# Links to the pictures of each class, every fifth one in val/.
hold_out() {
  local class
  for class in "$1"/*/; do
    mkdir -p "$2/train/$(basename "$class")" "$2/val/$(basename "$class")"
    pictures_of "$class" | awk -v to="$2" -v class="$(basename "$class")" \
      '{ name = NR $0; gsub("/", "_", name); print $0 "\n" to "/" (NR % 5 ? "train" : "val") "/" class "/" name }' |
      xargs -r -d '\n' -n 2 ln -s
  done
}

train= val=
if [ -z "$images" ]; then
  say "the built-in synthetic pictures, as files"
  run data --export-synthetic "$output/pictures" --count 2000 --portraits >&2
  train=$output/pictures/train val=$output/pictures/val
else
  images=$(cd "$images" && pwd)
  if [ -d "$images/train" ] && [ -d "$images/val" ]; then
    train=$images/train val=$images/val
  elif [ "$(basename "$images")" = train ] && [ -d "$(dirname "$images")/val" ]; then
    train=$images val=$(dirname "$images")/val
  elif has_classes "$images"; then
    hold_out "$images" "$output/pictures"
    train=$output/pictures/train val=$output/pictures/val
  else
    train=$images
  fi
fi

# Epochs, at least one, in which about that many pictures are shown: the learning rate has to come down by the end.
epochs_for() { local count; count=$(pictures_of "$train" | wc -l); echo $((count > 0 && $1 > count ? ($1 + count / 2) / count : 1)); }

say "pre-training without labels: backbone and feature pyramid"
run pretrain "$recipes/itpn_tiny_demo.toml" --output-dir "$output/pretrained" --overwrite data.source=folder "data.path=$train" \
  train.epochs="$(epochs_for 25600)" "$@" |
  tee "$output/pretrained.txt"

say "what it draws for patches that it does not see"
mapfile -t shown < <(pictures_of "${val:-$train}" | awk '{ line[NR] = $0 } END { for (i = 0; i < 4 && i < NR; i++) print line[1 + int(i * NR / 4)] }')
run reconstruct "$output/pretrained" "${shown[@]}" -o "$output/panels"

made="pre-trained model|$output/pretrained|$(head -n 1 "$output/pretrained.txt")
reconstructions|$output/panels|${#shown[@]} pictures"
curves=("$output/pretrained")
if [ -n "$val" ] && has_classes "$train"; then
  say "a classifier from it"
  run finetune "$recipes/itpn_tiny_demo_finetune.toml" --init "$output/pretrained" --output-dir "$output/classifier" --overwrite "data.path=$train" \
    "data.val_path=$val" train.epochs="$(epochs_for 12800)"
  say "measured on pictures that it has not seen"
  run eval "$output/classifier" --data "$val" -o "$output/report" | tee "$output/report.txt"
  say "used on one of them"
  run predict "$output/classifier" "${shown[0]}"
  made="$made
classifier|$output/classifier|$(grep -m 1 top-1 "$output/report.txt" | sed 's/  */ /g')
confusion matrix|$output/report/confusion.png|"
  curves+=("$output/classifier")
else
  say "no sub-folders for classes in $train: no classifier"
fi
run plot "${curves[@]}" -o "$output/curves.png" > /dev/null
made="$made
curves|$output/curves.png|"

say "what the demo has made"
printf '%s\n' "$made" | awk -F '|' '{ printf "%-18s %-*s %s\n", $1, 46, $2, $3 }'

# What to type is written out; nothing is expanded here but the pictures that were given.
if [ -z "$images" ]; then
  say "next: your own pictures (JPEG, PNG or WebP; sub-folders, if there are any, are the classes)"
  echo 'make demo IMAGES="$HOME/pictures"'
  own='$HOME/pictures'
else
  say "next: the same pictures for longer"
  own=$train
fi
cat << END
build/release/bin/itpn data "$own"      # what is there, what is broken
build/release/bin/itpn pretrain configs/pretrain/itpn_tiny_128.toml --output-dir runs/first data.path="$own"
build/release/bin/itpn finetune configs/finetune/itpn_tiny_128.toml --init runs/first --output-dir runs/classifier data.path="$own"
END
