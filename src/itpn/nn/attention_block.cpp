#include "itpn/nn/attention_block.h"

#include <torch/torch.h>

#include "itpn/ops/fused.h"

namespace itpn {

AttentionBlockImpl::AttentionBlockImpl(const AttentionBlockConfig& cfg) : config(cfg) {
  const int64_t dim = cfg.attention.dim;
  if (cfg.layer_scale > 0) {
    gamma_1 = register_parameter("gamma_1", torch::full({dim}, cfg.layer_scale));
    gamma_2 = register_parameter("gamma_2", torch::full({dim}, cfg.layer_scale));
  }
  norm1 = register_module("norm1", LayerNorm(dim, cfg.norm_eps));
  attn = register_module("attn", Attention(cfg.attention));
  norm2 = register_module("norm2", LayerNorm(dim, cfg.norm_eps));
  mlp = register_module("mlp", Mlp(dim, static_cast<int64_t>(dim * cfg.mlp_ratio)));
}

torch::Tensor AttentionBlockImpl::forward(const torch::Tensor& x, const BlockContext& context) {
  if (has_fused_form(context) && ops::can_fuse(x, attn->qkv->weight)) return forward_fused(x, context);
  torch::Tensor branch = attn(norm1(x, attn->qkv->dtype()), context);
  if (gamma_1.defined()) branch = branch * gamma_1;
  const torch::Tensor y = x + apply_drop_path(branch, config.drop_path, 0, context);
  branch = mlp(norm2(y, mlp->fc1->dtype()));
  if (gamma_2.defined()) branch = branch * gamma_2;
  return y + apply_drop_path(branch, config.drop_path, 1, context);
}

bool AttentionBlockImpl::has_fused_form(const BlockContext& context) const {
  const bool has_bias = attn->relative_position_bias_table.defined();
  const bool is_shared = context.position_index.defined() && context.position_index.dim() == 2;
  return !context.key_mask.defined() && !attn->rel_pos_h.defined() && (!has_bias || is_shared);
}

torch::Tensor AttentionBlockImpl::forward_fused(const torch::Tensor& x, const BlockContext& context) {
  const ops::AttentionWeights weights = {norm1->weights(),
                                         attn->qkv->weight,
                                         attn->qkv->bias,
                                         attn->proj->weight,
                                         attn->proj->bias,
                                         attn->config.num_heads,
                                         attn->relative_position_bias_table,
                                         context.position_index};
  const torch::Tensor y = ops::attention_residual(x, weights, branch_scale(gamma_1, config.drop_path, 0, context));
  return ops::mlp_residual(y, mlp->with(norm2->weights()), branch_scale(gamma_2, config.drop_path, 1, context));
}

}  // namespace itpn
