#!/usr/bin/env bash
# RoIAlign (1,000 boxes, 256 channels, four levels of an 800 x 1,333 picture) and NMS (2,000 boxes) against torchvision's
# CPU operators, on two threads, in turns; the best of both is compared. Wants a Python with torchvision:
#     PYTHON=/path/to/python benchmarks/detection_ops/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --build build/release --target itpn_bench_detection_ops > "$folder/build.log"
ours=$(find build/release -name itpn_bench_detection_ops -type f | head -1)
"$python" benchmarks/detection_ops/torchvision_ops.py inputs "$folder"
for turn in 1 2 3; do
  "$python" benchmarks/detection_ops/torchvision_ops.py times "$folder" 2 | sed 's/^/torchvision /' | tee -a "$folder/times"
  "$ours" "$folder" 2 | sed 's/^/itpn /' | tee -a "$folder/times"
done
awk '{ key = $1 " " $2; if (!(key in best) || $3 < best[key]) best[key] = $3 }
  END {
    split("nchw channels_last", names, " ")
    for (i = 1; i <= 2; ++i) {
      for (j = 1; j <= 2; ++j) {
        pass = j == 1 ? "forward" : "backward"
        mine = best["itpn " pass "_" names[i]]
        printf "%-8s %-13s torchvision %8.1f ms, itpn %8.1f ms, ratio %.1f\n", pass, names[i], best["torchvision " pass], mine, best["torchvision " pass] / mine
      }
    }
    printf "%-22s torchvision %8.2f ms, itpn %8.2f ms, ratio %.1f\n", "nms", best["torchvision nms"], best["itpn nms"], best["torchvision nms"] / best["itpn nms"]
  }' "$folder/times"
