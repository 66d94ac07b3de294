#include "itpn/models/mim/decoder.h"

#include <torch/torch.h>

#include "itpn/nn/attention_block.h"
#include "itpn/ops/sincos.h"
#include "itpn/ops/tokens.h"

namespace itpn {

PixelDecoder::PixelDecoder(const DecoderConfig& cfg, const DecoderContext& built_for, torch::nn::Module& root)
    : config(cfg), built_for_(built_for) {
  const int64_t D = cfg.dim, grid = built_for.grid;
  const double eps = built_for.norm_eps;
  TORCH_CHECK(D % 16 == 0, "the decoder width is a multiple of 16, got ", D);
  mask_token = root.register_parameter("mask_token", torch::zeros({1, 1, D}));
  decoder_pos_embed =
      root.register_parameter("decoder_pos_embed", ops::sincos_table(D, grid, grid).unsqueeze(0), false);
  torch::nn::ModuleList embeds, blocks;
  for (int64_t level = 0; level < built_for.levels; ++level) {
    const LayerNorm norm(built_for.level_width, eps);
    const Linear embed(LinearConfig{built_for.level_width, D >> (2 * level)});
    auto pair = std::make_shared<torch::nn::Module>();
    pair->register_module("0", norm);
    pair->register_module("1", embed);
    embeds->push_back(pair);
    decoder_embed.emplace_back(norm, embed);
  }
  root.register_module("decoder_embed", embeds);
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
  if (context.rows == built_for_.grid && context.columns == built_for_.grid) return decoder_pos_embed;
  return ops::sincos_table(config.dim, context.rows, context.columns).unsqueeze(0).to(decoder_pos_embed.device());
}

torch::Tensor PixelDecoder::complete(const std::vector<torch::Tensor>& levels, const BlockContext& context,
                                     const Observer* observer) {
  const int64_t B = levels[0].size(0), L = levels[0].size(1), N = context.rows * context.columns, D = config.dim;
  torch::Tensor visible;  // (B, L, D)
  for (size_t i = 0; i < levels.size(); ++i) {
    auto& [norm, embed] = decoder_embed[i];
    const torch::Tensor embedded = embed(norm(levels[i], embed->dtype()));  // (B, L, n, n, D / n^2)
    if (observer) (*observer)("decoder_embed." + std::to_string(i), embedded);
    const torch::Tensor tokens = embedded.reshape({B, L, D}).to(torch::kFloat32);
    visible = visible.defined() ? visible + tokens : tokens;
  }
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
