// Soft-NMS (Bodla et al., ICCV 2017): instead of dropping a box that overlaps a better one, its score decays.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

enum class Decay {
  kNaive,     // 0 from the threshold on, as NMS does
  kLinear,    // 1 - IoU from the threshold on
  kGaussian,  // exp(-IoU^2 / sigma)
};

struct SoftNmsConfig {
  Decay decay = Decay::kLinear;
  double iou_threshold = 0.3;
  double sigma = 0.5;
  double min_score = 0.001;  // a box that decays below it is dropped
};

struct SoftNmsResult {
  at::Tensor indices;  // (k) int64, in the order in which they were picked
  at::Tensor scores;   // (k), decayed
};

// boxes (N, 4) and scores (N), fp32, on any device; the loop runs on the host. A box that nothing decays stays, however
// low its score.
SoftNmsResult soft_nms(const at::Tensor& boxes, const at::Tensor& scores, const SoftNmsConfig& config);

// Boxes of different ids (N, int64) leave each other alone.
SoftNmsResult batched_soft_nms(const at::Tensor& boxes, const at::Tensor& scores, const at::Tensor& ids,
                               const SoftNmsConfig& config);

}  // namespace itpn::ops
