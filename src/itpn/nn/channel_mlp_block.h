// C-MLP block: x + gamma_2 * mlp(norm2(x)) on every sub-token by itself. No patch sees another (paper section 3.3).
#pragma once

#include "itpn/nn/block.h"
#include "itpn/nn/mlp.h"

namespace itpn {

struct ChannelMlpConfig {
  int64_t dim = 128;
  double ratio = 3.0;  // hidden width over dim
  double norm_eps = 1e-6;
  double layer_scale = 0.0;  // start value of gamma_2; 0: no layer scale
  DropPathSite drop_path = {};
};

class ChannelMlpBlockImpl : public TokenBlock {
 public:
  explicit ChannelMlpBlockImpl(const ChannelMlpConfig& config);
  // (B, L, S, S, dim) -> the same shape
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context) override;

  const ChannelMlpConfig config;
  torch::Tensor gamma_2;
  LayerNorm norm2{nullptr};
  Mlp mlp{nullptr};
};
TORCH_MODULE(ChannelMlpBlock);

}  // namespace itpn
