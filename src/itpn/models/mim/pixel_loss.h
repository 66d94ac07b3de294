// Targets and loss of masked image modelling (first term of the paper's eq. 4; spec-model 4.5).
// Axes: B image, N patch of the picture, M hidden patch, P side of a patch, C image channel.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn {

// (B, C, H, W) -> (B, N, P * P * C): the patches, each with mean 0 and deviation 1 if `normalise`.
at::Tensor pixel_targets(const at::Tensor& images, int64_t patch_size, bool normalise);

// Mean squared difference over the hidden patches; both (B, M, P * P * C). Every picture hides the same number, so this
// is also the mean over pictures.
at::Tensor pixel_loss(const at::Tensor& prediction, const at::Tensor& target);

}  // namespace itpn
