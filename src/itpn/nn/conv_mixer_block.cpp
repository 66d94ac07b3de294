#include "itpn/nn/conv_mixer_block.h"

#include <torch/torch.h>

#include "itpn/ops/tokens.h"

namespace itpn {

ConvMixerBlockImpl::ConvMixerBlockImpl(const ConvMixerConfig& cfg) : config(cfg) {
  norm2 = register_module("norm2", LayerNorm(cfg.dim, cfg.norm_eps));
  auto conv = std::make_shared<torch::nn::Module>();
  conv_weight = conv->register_parameter("weight", torch::zeros({cfg.dim, cfg.dim, 3, 3}));
  conv_bias = conv->register_parameter("bias", torch::zeros({cfg.dim}));
  register_module("conv", conv);
  proj = register_module("proj", Linear(LinearConfig{cfg.dim, cfg.dim}));
}

torch::Tensor ConvMixerBlockImpl::forward(const torch::Tensor& x, const BlockContext& context) {
  const auto dtype = conv_weight.scalar_type();
  const torch::Tensor map = tokens_to_map(norm2(x, dtype), context);
  const torch::Tensor mixed =
      at::conv2d(map, conv_weight, conv_bias.to(dtype), /*stride=*/{1, 1}, /*padding=*/at::IntArrayRef({1, 1}));
  const torch::Tensor branch = proj(at::gelu(map_to_tokens(mixed, context)));
  return x + apply_drop_path(branch, config.drop_path, 0, context);
}

torch::Tensor tokens_to_map(const torch::Tensor& x, const BlockContext& context) {
  TORCH_CHECK(x.dim() == 5, "tokens_to_map wants (B, L, S, S, C), got ", x.sizes());
  const int64_t B = x.size(0), S = x.size(2), C = x.size(4), rows = context.rows, columns = context.columns;
  torch::Tensor all = x;  // (B, N, S, S, C)
  if (context.ids_keep.defined()) {
    all = ops::scatter_tokens(x.new_zeros({B, rows * columns, S, S, C}), context.ids_keep, x);
  }
  return all.reshape({B, rows, columns, S, S, C})
      .permute({0, 5, 1, 3, 2, 4})  // (B, C, rows, S, columns, S)
      .reshape({B, C, rows * S, columns * S});
}

torch::Tensor map_to_tokens(const torch::Tensor& map, const BlockContext& context) {
  const int64_t B = map.size(0), C = map.size(1), rows = context.rows, columns = context.columns;
  const int64_t S = map.size(2) / rows;
  const torch::Tensor all = map.reshape({B, C, rows, S, columns, S})
                                .permute({0, 2, 4, 3, 5, 1})  // (B, rows, columns, S, S, C)
                                .reshape({B, rows * columns, S, S, C});
  return context.ids_keep.defined() ? ops::gather_tokens(all, context.ids_keep) : all;
}

}  // namespace itpn
