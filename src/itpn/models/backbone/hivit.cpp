#include "itpn/models/backbone/hivit.h"

#include <torch/torch.h>

#include "itpn/nn/attention_block.h"
#include "itpn/nn/channel_mlp_block.h"
#include "itpn/nn/conv_mixer_block.h"
#include "itpn/nn/patch_merge.h"
#include "itpn/nn/recompute.h"
#include "itpn/ops/drop_path.h"
#include "itpn/ops/relative_position.h"
#include "itpn/ops/resample_positions.h"
#include "itpn/ops/tokens.h"

namespace itpn {

std::shared_ptr<TokenBlock> make_local_block(const LocalBlockConfig& c) {
  if (c.mixer == "conv") return std::make_shared<ConvMixerBlockImpl>(ConvMixerConfig{c.dim, c.norm_eps, c.drop_path});
  return std::make_shared<ChannelMlpBlockImpl>(
      ChannelMlpConfig{c.dim, c.ratio, c.norm_eps, c.layer_scale, c.drop_path});
}

torch::Tensor forward_recomputed(TokenBlock& block, const torch::Tensor& x, const BlockContext& context) {
  return recompute_in_backward([&block, context](const torch::Tensor& y) { return block.forward(y, context); }, x,
                               block.parameters());
}

Hivit::Hivit(const BackboneConfig& cfg, torch::nn::Module& root) : config(cfg) {
  check_config(cfg);
  const int64_t grid = cfg.grid();
  absolute_pos_embed = root.register_parameter("absolute_pos_embed", torch::zeros({1, grid * grid, cfg.embed_dim}));
  if (cfg.rpe) {
    relative_position_index =
        root.register_buffer("relative_position_index", ops::relative_position_index(cfg.patches(), grid));
  }
  patch_embed = root.register_module(
      "patch_embed", PatchEmbed(PatchEmbedConfig{cfg.patch_size, cfg.in_channels, cfg.stage1_dim(), cfg.norm_eps}));
  add_blocks();
  torch::nn::ModuleList list;
  for (const auto& block : blocks) list->push_back(block);
  root.register_module("blocks", list);
}

std::shared_ptr<TokenBlock> Hivit::local_block(int64_t dim, const DropPathSite& site) const {
  return make_local_block(
      {config.stage_mixer, dim, config.bridge_mlp_ratio, config.norm_eps, config.layer_scale, site});
}

void Hivit::add_blocks() {
  const std::vector<double> rates = ops::drop_path_rates(config.drop_path, config.block_count());
  size_t index = 0;
  const auto next_site = [&](int64_t rows) {
    const DropPathSite site{rates[index++], drop_path_sites_};
    drop_path_sites_ += rows;
    return site;
  };
  const auto merge = [&](int64_t dim) { blocks.push_back(std::make_shared<PatchMergeImpl>(dim, config.norm_eps)); };
  for (int64_t i = 0; i < config.stage1_depth; ++i) blocks.push_back(local_block(config.stage1_dim(), next_site(1)));
  merge(config.stage1_dim());
  for (int64_t i = 0; i < config.stage2_depth; ++i) blocks.push_back(local_block(config.stage2_dim(), next_site(1)));
  merge(config.stage2_dim());
  const AttentionConfig attention{config.embed_dim, config.num_heads, config.rpe ? config.grid() : 0, config.axis_grid};
  for (int64_t i = 0; i < config.depth; ++i) {
    blocks.push_back(std::make_shared<AttentionBlockImpl>(
        AttentionBlockConfig{attention, config.mlp_ratio, config.norm_eps, config.layer_scale, next_site(2)}));
  }
}

BlockContext Hivit::context_of(const BackboneInput& input) const {
  const torch::Tensor& images = input.images;
  TORCH_CHECK(images.dim() == 4 && images.size(2) % config.patch_size == 0 && images.size(3) % config.patch_size == 0,
              "the backbone wants (B, C, H, W) with sides that ", config.patch_size, " divides, got ", images.sizes());
  BlockContext context{images.size(2) / config.patch_size,
                       images.size(3) / config.patch_size,
                       input.ids_keep,
                       /*position_index=*/{},
                       input.key_mask,
                       input.drop_path_draws};
  if (config.rpe) {
    const PatchGrid own = config.patches();
    TORCH_CHECK(context.rows == own.rows && context.columns == own.columns, "relative position bias is made for ",
                own.rows, " x ", own.columns, " patches, got ", context.rows, " x ", context.columns);
    context.position_index = input.ids_keep.defined()
                                 ? ops::gather_position_index(relative_position_index, input.ids_keep)
                                 : relative_position_index;
  }
  return context;
}

// The released rule: the table itself only for its own square grid with all tokens present, else resampled.
torch::Tensor Hivit::add_positions(const torch::Tensor& x, const BlockContext& context) const {
  const int64_t grid = config.grid();
  const bool own_grid = context.rows == grid && context.columns == grid;
  const bool all_tokens = x.size(1) == grid * grid;
  torch::Tensor table = absolute_pos_embed;
  if (!own_grid || (!all_tokens && config.resample_positions)) {
    table = ops::resample_positions_at_run_time(absolute_pos_embed, context.rows, context.columns);
  }
  return x + (context.ids_keep.defined() ? ops::gather_tokens(table, context.ids_keep) : table);
}

// (B, L, E) of stage 2 -> (B, L, E): hidden tokens exchanged, positions added.
torch::Tensor Hivit::enter_stage3(const torch::Tensor& x, const BackboneInput& input,
                                  const BlockContext& context) const {
  if (!input.is_hidden.defined()) return add_positions(x, context);
  TORCH_CHECK(input.is_hidden.sizes() == x.sizes().slice(0, 2), "is_hidden of ", x.sizes().slice(0, 2),
              " tokens wanted, got ", input.is_hidden.sizes());
  return add_positions(torch::where(input.is_hidden.unsqueeze(-1), input.mask_token, x), context);
}

torch::Tensor Hivit::run_block(TokenBlock& block, const torch::Tensor& x, const BlockContext& context) const {
  return config.activation_checkpointing ? forward_recomputed(block, x, context) : block.forward(x, context);
}

StageFeatures Hivit::forward(const BackboneInput& input) {
  const auto observe = [&](const std::string& name, const torch::Tensor& value) {
    if (input.observer) (*input.observer)(name, value);
  };
  StageFeatures features;
  features.context = context_of(input);
  const auto first_merge = static_cast<size_t>(config.stage1_depth);
  const auto second_merge = static_cast<size_t>(config.stage1_depth + 1 + config.stage2_depth);
  torch::Tensor x = patch_embed(input.images, input.ids_keep);  // (B, L, 4, 4, E/4)
  observe("patch_embed", x);
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (i == first_merge) features.u1 = x;
    if (i == second_merge) features.u2 = x;
    x = run_block(*blocks[i], x, features.context);
    observe("blocks." + std::to_string(i), x);
    if (input.tap >= 0 && i == second_merge + 1 + static_cast<size_t>(input.tap)) features.tap = x;
    if (i == second_merge) {
      x = enter_stage3(x.flatten(2), input, features.context);  // (B, L, 1, 1, E) -> (B, L, E)
      observe("main_input", x);
    }
  }
  features.u3 = x;
  return features;
}

}  // namespace itpn
