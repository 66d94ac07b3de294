#include "itpn/nn/patch_embed.h"

#include <torch/torch.h>

#include "itpn/ops/linear.h"

namespace itpn {

PatchEmbedImpl::PatchEmbedImpl(const PatchEmbedConfig& cfg) : config(cfg) {
  TORCH_CHECK(cfg.patch_size % 4 == 0, "the patch size is a multiple of 4, got ", cfg.patch_size);
  const int64_t k = cfg.patch_size / 4;
  auto proj = std::make_shared<torch::nn::Module>();
  proj_weight = proj->register_parameter("weight", torch::zeros({cfg.dim, cfg.in_channels, k, k}));
  proj_bias = proj->register_parameter("bias", torch::zeros({cfg.dim}));
  register_module("proj", proj);
  norm = register_module("norm", LayerNorm(cfg.dim, cfg.norm_eps));
}

torch::Tensor PatchEmbedImpl::pixel_groups(const torch::Tensor& images, const torch::Tensor& ids_keep) const {
  const int64_t B = images.size(0), C = images.size(1), P = config.patch_size, k = P / 4;
  const int64_t hp = images.size(2) / P, wp = images.size(3) / P;
  torch::Tensor patches = images.reshape({B, C, hp, P, wp, P}).permute({0, 2, 4, 1, 3, 5});  // (B, hp, wp, C, P, P)
  if (ids_keep.defined()) {
    const torch::Tensor image = torch::arange(B, ids_keep.options()).unsqueeze(1);
    patches = patches.index({image, ids_keep.floor_divide(wp), ids_keep.remainder(wp)});  // (B, L, C, P, P)
  }
  return patches.reshape({B, -1, C, 4, k, 4, k})
      .permute({0, 1, 3, 5, 2, 4, 6})  // (B, L, 4, 4, C, k, k)
      .reshape({B, ids_keep.defined() ? ids_keep.size(1) : hp * wp, 4, 4, C * k * k});
}

torch::Tensor PatchEmbedImpl::forward(const torch::Tensor& images, const torch::Tensor& ids_keep) {
  const int64_t P = config.patch_size;
  TORCH_CHECK(
      images.dim() == 4 && images.size(1) == config.in_channels && images.size(2) % P == 0 && images.size(3) % P == 0,
      "the patch embedding wants (B, ", config.in_channels, ", H, W) with sides that ", P, " divides, got ",
      images.sizes());
  return norm(ops::linear(pixel_groups(images, ids_keep), proj_weight.flatten(1), proj_bias));
}

}  // namespace itpn
