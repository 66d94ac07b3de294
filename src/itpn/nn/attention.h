// Multi-head self-attention over the patches of a picture, with optional relative position bias and key mask.
// Axes: B image, L token, E channel, h head, d channel of a head.
#pragma once

#include "itpn/nn/block.h"
#include "itpn/nn/layers.h"

namespace itpn {

struct AttentionConfig {
  int64_t dim = 512;
  int64_t num_heads = 8;
  int64_t bias_grid = 0;  // side of the grid of the relative position bias table; 0: no bias
  int64_t axis_grid = 0;  // the same of tables by axis, which are resampled to the grid at hand
};

class AttentionImpl : public torch::nn::Module {
 public:
  explicit AttentionImpl(const AttentionConfig& config);
  // (B, L, E) -> (B, L, E). Softmax in fp32 whatever the dtype of the products.
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context);

  const AttentionConfig config;
  torch::Tensor relative_position_bias_table;  // ((2g-1)^2, h), or undefined
  torch::Tensor rel_pos_h, rel_pos_w;          // (2g-1, d) with axis_grid, or undefined
  Linear qkv{nullptr}, proj{nullptr};

 private:
  // (h, L, L) or (B, h, L, L), or undefined
  torch::Tensor position_bias(const BlockContext& context) const;
  // q, k, v (B, h, L, d) -> (B, h, L, d)
  torch::Tensor attend(const std::vector<torch::Tensor>& qkv, const BlockContext& context) const;
  torch::Tensor attend_by_axis(const std::vector<torch::Tensor>& qkv, const BlockContext& context) const;
};
TORCH_MODULE(Attention);

}  // namespace itpn
