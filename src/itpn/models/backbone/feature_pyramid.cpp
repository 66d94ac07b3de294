#include "itpn/models/backbone/feature_pyramid.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>

#include "itpn/core/errors.h"

namespace itpn {

FeaturePyramid::FeaturePyramid(const BackboneConfig& backbone, const PyramidConfig& cfg, torch::nn::Module& root)
    : config(cfg), backbone_(backbone) {
  if (cfg.num_outs < 1 || cfg.num_outs > 3) {
    throw usage_error(fmt::format("a feature pyramid has 1 to 3 levels, not {}", cfg.num_outs));
  }
  if (cfg.num_outs == 1) return;
  const int64_t E = backbone.embed_dim, F = cfg.fpn_dim;
  const double eps = backbone.norm_eps;
  if (E != F) align_dim_16tofpn = root.register_module("align_dim_16tofpn", Linear(LinearConfig{E, F}));
  fpn_modules = make_blocks("fpn_modules", cfg.num_outs, root);
  align_dim_16to8 = root.register_module("align_dim_16to8", Linear(LinearConfig{backbone.stage2_dim(), F, false}));
  split_16to8 = root.register_module("split_16to8", PatchSplit(E, F, eps));
  block_16to8 = make_blocks("block_16to8", cfg.fpn_depth, root);
  if (cfg.num_outs == 2) return;
  align_dim_8to4 = root.register_module("align_dim_8to4", Linear(LinearConfig{backbone.stage1_dim(), F, false}));
  split_8to4 = root.register_module("split_8to4", PatchSplit(F, F, eps));
  block_8to4 = make_blocks("block_8to4", cfg.fpn_depth, root);
}

bool FeaturePyramid::owns(const std::string& parameter) {
  constexpr std::array kParts = {"align_dim_16tofpn.", "align_dim_16to8.", "align_dim_8to4.", "split_16to8.",
                                 "split_8to4.",        "block_16to8.",     "block_8to4.",     "fpn_modules."};
  return std::any_of(kParts.begin(), kParts.end(), [&](const char* part) { return parameter.starts_with(part); });
}

FeaturePyramid::Blocks FeaturePyramid::make_blocks(const std::string& name, int64_t count,
                                                   torch::nn::Module& root) const {
  Blocks blocks;
  torch::nn::ModuleList list;
  for (int64_t i = 0; i < count; ++i) {
    blocks.push_back(make_local_block(
        {backbone_.stage_mixer, config.fpn_dim, config.mlp_ratio, backbone_.norm_eps, /*layer_scale=*/0.0, {}}));
    list->push_back(blocks.back());
  }
  root.register_module(name, list);
  return blocks;
}

torch::Tensor FeaturePyramid::run(const Blocks& blocks, torch::Tensor x, const BlockContext& context) const {
  for (const auto& block : blocks) {
    x = backbone_.activation_checkpointing ? forward_recomputed(*block, x, context) : block->forward(x, context);
  }
  return x;
}

std::vector<torch::Tensor> FeaturePyramid::forward(const StageFeatures& features) {
  const BlockContext& context = features.context;
  const torch::Tensor x3 = features.u3.unsqueeze(2).unsqueeze(2);  // (B, L, 1, 1, E)
  if (config.num_outs == 1) return {x3};
  std::vector<torch::Tensor> sums = {align_dim_16tofpn ? align_dim_16tofpn(x3).to(torch::kFloat32) : x3};
  torch::Tensor sum = split_16to8(x3).to(torch::kFloat32) + align_dim_16to8(features.u2);
  sums.push_back(run(block_16to8, sum, context));  // (B, L, 2, 2, F)
  if (config.num_outs > 2) {
    sum = split_8to4(sums[1]).to(torch::kFloat32) + align_dim_8to4(features.u1);
    sums.push_back(run(block_8to4, sum, context));  // (B, L, 4, 4, F)
  }
  std::vector<torch::Tensor> levels;
  for (size_t i = 0; i < sums.size(); ++i) levels.push_back(run({fpn_modules[i]}, sums[i], context));
  return levels;
}

}  // namespace itpn
