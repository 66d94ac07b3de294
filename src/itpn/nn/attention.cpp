#include "itpn/nn/attention.h"

#include <torch/torch.h>

#include <limits>

#include "itpn/ops/relative_position.h"

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
  if (cfg.axis_grid > 0) {
    TORCH_CHECK(cfg.bias_grid == 0, "attention has relative positions by axis or by pair, not both");
    const torch::Tensor table = torch::zeros({2 * cfg.axis_grid - 1, cfg.dim / cfg.num_heads});
    rel_pos_h = register_parameter("rel_pos_h", table.clone());
    rel_pos_w = register_parameter("rel_pos_w", table.clone());
  }
  qkv = register_module("qkv", Linear(LinearConfig{cfg.dim, 3 * cfg.dim}));
  proj = register_module("proj", Linear(LinearConfig{cfg.dim, cfg.dim}));
}

torch::Tensor AttentionImpl::position_bias(const BlockContext& context) const {
  if (!relative_position_bias_table.defined()) return {};
  TORCH_CHECK(context.position_index.defined(), "attention with relative position bias needs the position index");
  return relative_position_bias_table.index({context.position_index}).movedim(-1, -3);
}

torch::Tensor AttentionImpl::attend(const std::vector<torch::Tensor>& qkv, const BlockContext& context) const {
  if (rel_pos_h.defined()) return attend_by_axis(qkv, context);
  if (relative_position_bias_table.defined() || context.key_mask.defined()) {
    return biased_attention(qkv, position_bias(context), context.key_mask);
  }
  return at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);
}

// The bias q . T_h[yi, yj] + q . T_w[xi, xj] is a product too: of what q has with each row and column of the table, and
// of ones where the key's row and column are. Put beside q and k it needs no L x L matrix.
torch::Tensor AttentionImpl::attend_by_axis(const std::vector<torch::Tensor>& qkv, const BlockContext& context) const {
  const int64_t rows = context.rows, columns = context.columns, B = qkv[0].size(0), h = qkv[0].size(1);
  const int64_t L = rows * columns, d = qkv[0].size(3);
  TORCH_CHECK(qkv[0].size(2) == L && !context.key_mask.defined(), "relative positions by axis want all ", L,
              " tokens of the picture, got ", qkv[0].size(2));
  const auto type = qkv[0].scalar_type();
  const torch::Tensor by_row = ops::gather_axis_table(rel_pos_h, rows).to(type);        // (rows, rows, d)
  const torch::Tensor by_column = ops::gather_axis_table(rel_pos_w, columns).to(type);  // (columns, columns, d)
  const torch::Tensor q = qkv[0].reshape({B * h, rows, columns, d});
  const torch::Tensor q_h = torch::einsum("byxd,ykd->byxk", {q, by_row}).reshape({B, h, L, rows});
  const torch::Tensor q_w = torch::einsum("byxd,xkd->byxk", {q, by_column}).reshape({B, h, L, columns});
  const torch::Tensor is_row = torch::eye(rows, q.options()).repeat_interleave(columns, 0);  // (L, rows)
  const torch::Tensor is_column = torch::eye(columns, q.options()).repeat({rows, 1});        // (L, columns)
  const torch::Tensor places = torch::cat({is_row, is_column}, 1).expand({B, h, L, rows + columns});
  const double scale = 1.0 / std::sqrt(static_cast<double>(d));
  return at::scaled_dot_product_attention(torch::cat({qkv[0] * scale, q_h, q_w}, -1), torch::cat({qkv[1], places}, -1),
                                          torch::constant_pad_nd(qkv[2], {0, rows + columns}), /*mask=*/{},
                                          /*dropout=*/0.0, /*is_causal=*/false, /*scale=*/1.0)
      .slice(-1, 0, d);
}

torch::Tensor AttentionImpl::forward(const torch::Tensor& x, const BlockContext& context) {
  const int64_t B = x.size(0), L = x.size(1), h = config.num_heads, d = config.dim / h;
  const torch::Tensor heads = qkv(x).view({B, L, 3, h, d}).transpose(1, 3);  // (B, h, 3, L, d)
  const std::vector<torch::Tensor> parts = heads.unbind(2);                  // q, k, v: views, no copies
  return proj(attend(parts, context).transpose(1, 2).reshape({B, L, config.dim}));
}

}  // namespace itpn
