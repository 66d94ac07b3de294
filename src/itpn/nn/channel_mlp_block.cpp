#include "itpn/nn/channel_mlp_block.h"

#include <torch/torch.h>

#include "itpn/ops/fused.h"

namespace itpn {

ChannelMlpBlockImpl::ChannelMlpBlockImpl(const ChannelMlpConfig& cfg) : config(cfg) {
  if (cfg.layer_scale > 0) gamma_2 = register_parameter("gamma_2", torch::full({cfg.dim}, cfg.layer_scale));
  norm2 = register_module("norm2", LayerNorm(cfg.dim, cfg.norm_eps));
  mlp = register_module("mlp", Mlp(cfg.dim, static_cast<int64_t>(cfg.dim * cfg.ratio)));
}

torch::Tensor ChannelMlpBlockImpl::forward(const torch::Tensor& x, const BlockContext& context) {
  if (ops::can_fuse(x, mlp->fc1->weight)) {
    return ops::mlp_residual(x, mlp->with(norm2->weights()), branch_scale(gamma_2, config.drop_path, 0, context));
  }
  torch::Tensor branch = mlp(norm2(x, mlp->fc1->dtype()));
  if (gamma_2.defined()) branch = branch * gamma_2;
  return x + apply_drop_path(branch, config.drop_path, 0, context);
}

}  // namespace itpn
