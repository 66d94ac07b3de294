#include "itpn/ops/patchify.h"

#include <torch/torch.h>

namespace itpn::ops {

at::Tensor patchify(const at::Tensor& images, int64_t patch_size) {
  const int64_t P = patch_size;
  TORCH_CHECK(images.dim() == 4 && images.size(2) % P == 0 && images.size(3) % P == 0,
              "patchify wants (B, C, H, W) with sides that ", P, " divides, got ", images.sizes());
  const int64_t B = images.size(0), C = images.size(1), hp = images.size(2) / P, wp = images.size(3) / P;
  return images.reshape({B, C, hp, P, wp, P})
      .permute({0, 2, 4, 3, 5, 1})  // (B, hp, wp, P, P, C)
      .reshape({B, hp * wp, P * P * C});
}

at::Tensor unpatchify(const at::Tensor& patches, int64_t patch_size, int64_t height, int64_t width) {
  const int64_t P = patch_size, hp = height / P, wp = width / P;
  TORCH_CHECK(patches.dim() == 3 && patches.size(1) == hp * wp && patches.size(2) % (P * P) == 0,
              "unpatchify wants (B, ", hp * wp, ", ", P * P, " * C), got ", patches.sizes());
  const int64_t B = patches.size(0), C = patches.size(2) / (P * P);
  return patches.reshape({B, hp, wp, P, P, C})
      .permute({0, 5, 1, 3, 2, 4})  // (B, C, hp, P, wp, P)
      .reshape({B, C, height, width});
}

PatchStatistics patch_statistics(const at::Tensor& patches) {
  return {patches.mean(-1, /*keepdim=*/true), (patches.var(-1, /*unbiased=*/true, /*keepdim=*/true) + 1e-6).sqrt()};
}

at::Tensor normalise_patches(const at::Tensor& patches) {
  const PatchStatistics statistics = patch_statistics(patches);
  return (patches - statistics.mean) / statistics.deviation;
}

}  // namespace itpn::ops
