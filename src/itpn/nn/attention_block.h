// Transformer block: x + gamma_1 * attn(norm1(x)), then x + gamma_2 * mlp(norm2(x)).
#pragma once

#include "itpn/nn/attention.h"
#include "itpn/nn/mlp.h"

namespace itpn {

struct AttentionBlockConfig {
  AttentionConfig attention;
  double mlp_ratio = 4.0;
  double norm_eps = 1e-6;
  double layer_scale = 0.0;     // start value of gamma_1 and gamma_2; 0: no layer scale
  DropPathSite drop_path = {};  // two rows of draws: attention, mlp
};

class AttentionBlockImpl : public TokenBlock {
 public:
  explicit AttentionBlockImpl(const AttentionBlockConfig& config);
  // (B, L, E) -> (B, L, E)
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context) override;

  const AttentionBlockConfig config;
  torch::Tensor gamma_1, gamma_2;
  LayerNorm norm1{nullptr};
  Attention attn{nullptr};
  LayerNorm norm2{nullptr};
  Mlp mlp{nullptr};

 private:
  // Fused branches know no key mask, and one table of positions for all pictures of a batch.
  bool has_fused_form(const BlockContext& context) const;
  torch::Tensor forward_fused(const torch::Tensor& x, const BlockContext& context);
};
TORCH_MODULE(AttentionBlock);

}  // namespace itpn
