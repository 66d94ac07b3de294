// Which patches of a picture are hidden (paper section 3.2; spec-model 4.1).
// Axes: B image, N patch of the picture, L kept patch.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn {

// A random choice of patches for each picture.
struct PatchMask {
  at::Tensor ids_keep;     // (B, L) int64, the visible patches in the order of their noise
  at::Tensor ids_hidden;   // (B, N - L) int64, the hidden ones, same order
  at::Tensor ids_restore;  // (B, N) int64, rank of each patch in the order of the noise
  at::Tensor is_hidden;    // (B, N) float, 1 where the patch is hidden
};

// Keeps the L patches with the smallest noise. noise (B, N), any distribution without preference.
PatchMask mask_patches(const at::Tensor& noise, double ratio);

}  // namespace itpn
