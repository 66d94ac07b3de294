#include "itpn/models/mim/pixel_loss.h"

#include <torch/torch.h>

#include "itpn/ops/patchify.h"

namespace itpn {

at::Tensor pixel_targets(const at::Tensor& images, int64_t patch_size, bool normalise) {
  const at::Tensor patches = ops::patchify(images, patch_size);
  return normalise ? ops::normalise_patches(patches) : patches;
}

at::Tensor pixel_loss(const at::Tensor& prediction, const at::Tensor& target) {
  TORCH_CHECK(prediction.sizes() == target.sizes(), "prediction ", prediction.sizes(), " and target ", target.sizes(),
              " differ in shape");
  return at::mse_loss(prediction.to(torch::kFloat32), target);
}

}  // namespace itpn
