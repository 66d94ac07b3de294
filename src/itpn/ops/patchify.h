// Pictures to patches and back.
// Axes: B image, C channel, H x W pixels, P side of a patch, N = (H / P) * (W / P) patches, rows slow.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// (B, C, H, W) -> (B, N, P * P * C); entries of a patch in the order row, column, channel.
at::Tensor patchify(const at::Tensor& images, int64_t patch_size);

// The inverse: (B, N, P * P * C) -> (B, C, height, width).
at::Tensor unpatchify(const at::Tensor& patches, int64_t patch_size, int64_t height, int64_t width);

// Mean and deviation of each patch, as the normalised target uses them; each (B, N, 1).
struct PatchStatistics {
  at::Tensor mean, deviation;
};

// The deviation is sqrt(variance + 1e-6) with the unbiased variance.
PatchStatistics patch_statistics(const at::Tensor& patches);

// (patches - mean) / deviation of each patch.
at::Tensor normalise_patches(const at::Tensor& patches);

}  // namespace itpn::ops
