// Patch embedding: a convolution whose kernel is a quarter of the patch gives each patch a 4 x 4 grid of sub-tokens.
// Axes: B image, C input channel, L patch at hand, k side of the pixel group of a sub-token, D embedding channel.
#pragma once

#include "itpn/nn/layers.h"

namespace itpn {

struct PatchEmbedConfig {
  int64_t patch_size = 16;  // a multiple of 4
  int64_t in_channels = 3;
  int64_t dim = 128;
  double norm_eps = 1e-6;
};

class PatchEmbedImpl : public torch::nn::Module {
 public:
  explicit PatchEmbedImpl(const PatchEmbedConfig& config);
  // images (B, C, H, W), ids_keep (B, L) or undefined for all patches -> (B, L, 4, 4, D). Only the pixels of the
  // patches at hand are touched: a convolution whose kernel equals its stride is one matrix product over pixel groups.
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& ids_keep = {});

  const PatchEmbedConfig config;
  torch::Tensor proj_weight, proj_bias;  // (D, C, k, k), (D)
  LayerNorm norm{nullptr};

 private:
  // (B, L, 4, 4, C * k * k)
  torch::Tensor pixel_groups(const torch::Tensor& images, const torch::Tensor& ids_keep) const;
};
TORCH_MODULE(PatchEmbed);

}  // namespace itpn
