// What a student has learnt of its teacher's features, as one picture to look at.
// Axes: B image, N patch of the picture, T channel of the teacher.
#pragma once

#include <ATen/core/Tensor.h>

#include "itpn/io/image.h"
#include "itpn/ops/images_to_device.h"

namespace itpn {

struct FeaturePanelInput {
  at::Tensor images;      // (B, C, H, W), normalised with `statistics`
  at::Tensor is_hidden;   // (B, N)
  at::Tensor targets;     // (B, N, T)
  at::Tensor prediction;  // (B, N, T)
  int64_t patch_size = 16;
  ops::PixelStatistics statistics;
};

// One row per image: original, masked, the teacher's features, the student's. Features are shown by their first three
// principal components over the patches of all pictures, those of the teacher for both.
Image feature_panel(const FeaturePanelInput& input);

}  // namespace itpn
