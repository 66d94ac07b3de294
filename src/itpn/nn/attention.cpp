#include "itpn/nn/attention.h"

#include <torch/torch.h>

#include <limits>

namespace itpn {
namespace {

// q, k, v (B, h, L, d); bias broadcasts to (B, h, L, L); key_mask (B, L) -> (B, h, L, d). The logits are clamped to the
// finite fp32 range after the mask, so that a row without any allowed key becomes a mean instead of NaN.
torch::Tensor biased_attention(const std::vector<torch::Tensor>& qkv, const torch::Tensor& bias,
                               const torch::Tensor& key_mask) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(qkv[0].size(3)));
  torch::Tensor logits = torch::matmul(qkv[0] * scale, qkv[1].transpose(-2, -1)).to(torch::kFloat32);
  if (bias.defined()) logits = logits + bias;
  if (key_mask.defined()) {
    const torch::Tensor hidden = key_mask.logical_not().unsqueeze(1).unsqueeze(1);  // (B, 1, 1, L)
    logits = logits.masked_fill(hidden, -std::numeric_limits<float>::infinity());
  }
  const float limit = std::numeric_limits<float>::max();
  return torch::matmul(logits.clamp(-limit, limit).softmax(-1).to(qkv[2].scalar_type()), qkv[2]);
}

}  // namespace

AttentionImpl::AttentionImpl(const AttentionConfig& cfg) : config(cfg) {
  TORCH_CHECK(cfg.dim % cfg.num_heads == 0, "width ", cfg.dim, " does not divide into ", cfg.num_heads, " heads");
  if (cfg.bias_grid > 0) {
    const int64_t side = 2 * cfg.bias_grid - 1;
    relative_position_bias_table =
        register_parameter("relative_position_bias_table", torch::zeros({side * side, cfg.num_heads}));
  }
  qkv = register_module("qkv", Linear(LinearConfig{cfg.dim, 3 * cfg.dim}));
  proj = register_module("proj", Linear(LinearConfig{cfg.dim, cfg.dim}));
}

torch::Tensor AttentionImpl::position_bias(const BlockContext& context) const {
  if (!relative_position_bias_table.defined()) return {};
  TORCH_CHECK(context.position_index.defined(), "attention with relative position bias needs the position index");
  return relative_position_bias_table.index({context.position_index}).movedim(-1, -3);
}

torch::Tensor AttentionImpl::forward(const torch::Tensor& x, const BlockContext& context) {
  const int64_t B = x.size(0), L = x.size(1), h = config.num_heads, d = config.dim / h;
  const torch::Tensor heads = qkv(x).view({B, L, 3, h, d}).transpose(1, 3);  // (B, h, 3, L, d)
  const std::vector<torch::Tensor> parts = heads.unbind(2);                  // q, k, v: views, no copies
  torch::Tensor mixed;                                                       // (B, h, L, d)
  if (relative_position_bias_table.defined() || context.key_mask.defined()) {
    mixed = biased_attention(parts, position_bias(context), context.key_mask);
  } else {
    mixed = at::scaled_dot_product_attention(parts[0], parts[1], parts[2]);
  }
  return proj(mixed.transpose(1, 2).reshape({B, L, config.dim}));
}

}  // namespace itpn
