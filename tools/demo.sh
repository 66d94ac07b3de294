#!/usr/bin/env bash
# make demo: pre-trains itpn-tiny for a few minutes on pictures of yours, or on the built-in synthetic set.
#   tools/demo.sh OUTPUT_DIR [IMAGES_DIR] [a.b=c ...]
set -euo pipefail
output=$1
images=${2:-}
shift; shift || true
here=$(cd "$(dirname "$0")/.." && pwd)
data=()
if [ -n "$images" ]; then
  data=(data.source=folder "data.path=$(cd "$images" && pwd)")
fi
set -x
exec "$here/build/release/bin/itpn" pretrain "$here/configs/demo/itpn_tiny_demo.toml" \
  --output-dir "$output" --overwrite "${data[@]}" "$@"
