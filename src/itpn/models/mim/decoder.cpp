#include "itpn/models/mim/decoder.h"

#include <torch/torch.h>

#include "itpn/nn/attention_block.h"
#include "itpn/ops/sincos.h"
#include "itpn/ops/to_device.h"
#include "itpn/ops/tokens.h"

namespace itpn {

PixelDecoder::PixelDecoder(const DecoderConfig& cfg, const DecoderContext& built_for, torch::nn::Module& root)
    : config(cfg), built_for_(built_for) {
  const int64_t D = cfg.dim;
  const PatchGrid& patches = built_for.patches;
  const double eps = built_for.norm_eps;
  mask_token = root.register_parameter("mask_token", torch::zeros({1, 1, D}));
  decoder_pos_embed = root.register_parameter("decoder_pos_embed",
                                              ops::sincos_table(D, patches.rows, patches.columns).unsqueeze(0), false);
  level_sum.emplace(LevelSumConfig{built_for.levels, built_for.level_width, D, eps}, root);
  torch::nn::ModuleList blocks;
  const AttentionConfig attention{D, cfg.num_heads, /*bias_grid=*/0};
  for (int64_t i = 0; i < cfg.depth; ++i) {
    decoder_blocks.push_back(std::make_shared<AttentionBlockImpl>(
        AttentionBlockConfig{attention, cfg.mlp_ratio, eps, /*layer_scale=*/0.0, {}}));
    blocks->push_back(decoder_blocks.back());
  }
  root.register_module("decoder_blocks", blocks);
  decoder_norm = root.register_module("decoder_norm", LayerNorm(D, eps));
  decoder_pred = root.register_module("decoder_pred", Linear(LinearConfig{D, built_for.patch_values}));
}

torch::Tensor PixelDecoder::positions(const BlockContext& context) const {
  if (PatchGrid{context.rows, context.columns} == built_for_.patches) return decoder_pos_embed;
  return ops::to_device(ops::sincos_table(config.dim, context.rows, context.columns).unsqueeze(0),
                        decoder_pos_embed.device());
}

torch::Tensor PixelDecoder::complete(const std::vector<torch::Tensor>& levels, const BlockContext& context,
                                     const Observer* observer) {
  const int64_t B = levels[0].size(0), N = context.rows * context.columns, D = config.dim;
  const torch::Tensor visible = level_sum->forward(levels, observer);  // (B, L, D)
  // The published code completes each level on its own before the sum: a hidden place gets the token once per level.
  const torch::Tensor hidden = (mask_token * static_cast<double>(levels.size())).expand({B, N, D});
  const torch::Tensor all =
      context.ids_keep.defined() ? ops::scatter_tokens(hidden, context.ids_keep, visible) : visible;
  return all + positions(context);
}

torch::Tensor PixelDecoder::mix(torch::Tensor tokens, const BlockContext& context) {
  const BlockContext plain{context.rows, context.columns, {}, {}, {}, {}};
  for (const auto& block : decoder_blocks) {
    tokens =
        built_for_.activation_checkpointing ? forward_recomputed(*block, tokens, plain) : block->forward(tokens, plain);
  }
  return tokens;
}

}  // namespace itpn
