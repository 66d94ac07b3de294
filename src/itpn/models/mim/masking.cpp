#include "itpn/models/mim/masking.h"

#include <torch/torch.h>

#include "itpn/models/mim/mim_config.h"

namespace itpn {

PatchMask mask_patches(const at::Tensor& noise, double ratio) {
  TORCH_CHECK(noise.dim() == 2, "mask noise is (B, N), got ", noise.sizes());
  const int64_t N = noise.size(1), L = kept_patches(N, ratio);
  const at::Tensor by_noise = noise.argsort(/*stable=*/true, /*dim=*/1);    // (B, N) patches in the order of noise
  const at::Tensor restore = by_noise.argsort(/*stable=*/true, /*dim=*/1);  // the inverse permutation
  return {by_noise.slice(1, 0, L), by_noise.slice(1, L, N), restore, restore.ge(L).to(torch::kFloat32)};
}

}  // namespace itpn
