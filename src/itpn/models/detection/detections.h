// From class scores and corrected boxes of many boxes to the objects of a picture (spec of detection, 12).
// Axes: R box, K class, n object.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "itpn/ops/soft_nms.h"

namespace itpn {

struct DetectionConfig {
  double least_score = 0.05;  // an object has a larger one
  double iou_threshold = 0.5;
  int64_t most = 100;  // objects of a picture
  // In place of NMS: the decay of scores; its iou_threshold counts, not the one above.
  std::optional<ops::SoftNmsConfig> soft = {};
};

// Objects of one picture by falling score, in the coordinates of the original picture.
struct Detections {
  at::Tensor boxes;       // (n, 4)
  at::Tensor scores;      // (n)
  at::Tensor labels;      // (n) int64
  at::Tensor masks = {};  // (n, S, S) probabilities inside the boxes; undefined where no masks are wanted
};

// boxes (R, 4 K) or (R, 4) for all classes, scores (R, K + 1) probabilities, the last of the background.
Detections select_detections(const at::Tensor& boxes, const at::Tensor& scores, const DetectionConfig& config);

}  // namespace itpn
