// What a pre-trained model makes of pictures whose patches are hidden, as one picture to look at.
// Axes: B image, N patch of the picture, P side of a patch, C channel.
#pragma once

#include <ATen/core/Tensor.h>

#include "itpn/io/image.h"
#include "itpn/ops/images_to_device.h"

namespace itpn {

struct PanelInput {
  at::Tensor images;      // (B, C, H, W), normalised with `statistics`, as the model saw them
  at::Tensor prediction;  // (B, N, P * P * C), in the space of the loss's targets
  at::Tensor is_hidden;   // (B, N), 1 where the model did not see the patch
  int64_t patch_size = 16;
  bool normalised_targets = true;  // the targets were patches with mean 0 and deviation 1
  ops::PixelStatistics statistics;
  bool has_captions = true;
};

// The model's picture, (B, C, H, W), normalised as `images`. Normalised targets lack each patch's own mean and
// deviation; they are taken from the original, hidden patches included, so the picture shows the predicted structure,
// not a predicted brightness.
at::Tensor reconstructed_images(const PanelInput& input);

// One row per image: original, masked, reconstruction, reconstruction with the visible patches pasted. RGB; pictures of
// one channel are shown grey, of others their first three channels. Captions stand above columns that are wide enough.
Image reconstruction_panel(const PanelInput& input);

}  // namespace itpn
