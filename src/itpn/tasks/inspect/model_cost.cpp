#include "itpn/tasks/inspect/model_cost.h"

namespace itpn {
namespace {

using Components = std::vector<ComponentCost>;

// A layer's parameters, and its work for each token that passes it.
struct Layer {
  int64_t parameters = 0;
  double macs = 0, norm = 0;
};

Layer operator+(const Layer& a, const Layer& b) {
  return {a.parameters + b.parameters, a.macs + b.macs, a.norm + b.norm};
}

Layer linear(int64_t in, int64_t out, bool bias = true) {
  return {in * out + (bias ? out : 0), static_cast<double>(in * out), 0};
}

Layer norm(int64_t dim) { return {2 * dim, 0, static_cast<double>(dim)}; }

Layer mlp(int64_t dim, double ratio) {
  const auto hidden = static_cast<int64_t>(static_cast<double>(dim) * ratio);
  return norm(dim) + linear(dim, hidden) + linear(hidden, dim);
}

// A block of stages 1, 2 or of the pyramid.
Layer local_block(const std::string& mixer, int64_t dim, double ratio) {
  return mixer == "conv" ? norm(dim) + linear(9 * dim, dim) + linear(dim, dim) : mlp(dim, ratio);
}

Layer attention_linears(int64_t dim, double ratio) {
  return norm(dim) + linear(dim, 3 * dim) + linear(dim, dim) + mlp(dim, ratio);
}

Layer merge(int64_t dim) { return norm(4 * dim) + linear(4 * dim, 2 * dim, false); }
Layer split(int64_t dim, int64_t out) { return norm(dim) + linear(dim, 4 * out, false); }

// `count` copies of a layer on `tokens` tokens each.
ComponentCost component(const std::string& name, const Layer& layer, int64_t count, double tokens) {
  const double passes = static_cast<double>(count) * tokens;
  return {name, count * layer.parameters, passes * layer.macs, passes * layer.norm};
}

// q k^T and weights times v, which have no parameters.
ComponentCost attention_products(const std::string& name, int64_t dim, int64_t depth, double tokens) {
  return {name, 0, 2.0 * static_cast<double>(depth * dim) * tokens * tokens, 0};
}

void add_backbone(Components& to, const BackboneConfig& c, const PictureGrid& picture) {
  const auto all = static_cast<double>(picture.patches()), seen = static_cast<double>(picture.visible());
  const int64_t k = c.patch_size / 4, E = c.embed_dim;
  to.push_back({"absolute_pos_embed", c.grid() * c.grid() * E, 0, 0});
  const Layer embed = linear(c.in_channels * k * k, c.stage1_dim()) + norm(c.stage1_dim());
  to.push_back(component("patch_embed", embed, 1, 16 * all));
  to.push_back(
      component("stage 1", local_block(c.stage_mixer, c.stage1_dim(), c.bridge_mlp_ratio), c.stage1_depth, 16 * seen));
  to.push_back(component("merge 1", merge(c.stage1_dim()), 1, 4 * seen));
  to.push_back(
      component("stage 2", local_block(c.stage_mixer, c.stage2_dim(), c.bridge_mlp_ratio), c.stage2_depth, 4 * seen));
  to.push_back(component("merge 2", merge(c.stage2_dim()), 1, seen));
  to.push_back(component("stage 3 linear", attention_linears(E, c.mlp_ratio), c.depth, seen));
  to.push_back(attention_products("stage 3 attention", E, c.depth, seen));
  if (c.rpe) {
    const int64_t side = 2 * c.grid() - 1;
    to.push_back({"relative position bias", side * side * c.num_heads * c.depth, 0, 0});
  }
}

void add_pyramid(Components& to, const BackboneConfig& b, const PyramidConfig& p, const PictureGrid& picture) {
  if (p.num_outs < 2) return;
  const auto seen = static_cast<double>(picture.visible());
  const int64_t E = b.embed_dim, F = p.fpn_dim;
  const Layer block = local_block(b.stage_mixer, F, p.mlp_ratio);
  if (E != F) to.push_back(component("align_dim_16tofpn", linear(E, F), 1, seen));
  to.push_back(component("align_dim_16to8", linear(b.stage2_dim(), F, false), 1, 4 * seen));
  to.push_back(component("split_16to8", split(E, F), 1, seen));
  to.push_back(component("block_16to8", block, p.fpn_depth, 4 * seen));
  if (p.num_outs > 2) {
    to.push_back(component("align_dim_8to4", linear(b.stage1_dim(), F, false), 1, 16 * seen));
    to.push_back(component("split_8to4", split(F, F), 1, 4 * seen));
    to.push_back(component("block_8to4", block, p.fpn_depth, 16 * seen));
  }
  const double sub_tokens = p.num_outs > 2 ? 1 + 4 + 16 : 1 + 4;
  ComponentCost levels = component("fpn_modules", block, 1, sub_tokens * seen);
  levels.parameters *= p.num_outs;
  to.push_back(levels);
}

// Levels -> one token of width `dim` per patch.
ComponentCost level_embeddings(const Preset& preset, int64_t dim, double seen) {
  const int64_t width = preset.pyramid.num_outs > 1 ? preset.pyramid.fpn_dim : preset.backbone.embed_dim;
  ComponentCost embed{"decoder_embed", 0, 0, 0};
  for (int64_t level = 0; level < preset.pyramid.num_outs; ++level) {
    const Layer layer = norm(width) + linear(width, dim >> (2 * level));
    const ComponentCost one = component("", layer, 1, static_cast<double>(1 << (2 * level)) * seen);
    embed.parameters += one.parameters;
    embed.macs += one.macs;
    embed.norm_elements += one.norm_elements;
  }
  return embed;
}

// `count` attention blocks with both products.
ComponentCost attention_blocks(const std::string& name, int64_t dim, double ratio, int64_t count, double tokens) {
  ComponentCost blocks = component(name, attention_linears(dim, ratio), count, tokens);
  blocks.macs += attention_products("", dim, count, tokens).macs;
  return blocks;
}

void add_decoder(Components& to, const Preset& preset, const PictureGrid& picture) {
  const BackboneConfig& b = preset.backbone;
  const DecoderConfig& d = preset.decoder;
  const auto all = static_cast<double>(picture.patches()), seen = static_cast<double>(picture.visible());
  to.push_back(level_embeddings(preset, d.dim, seen));
  to.push_back({"mask_token", d.dim, 0, 0});
  to.push_back({"decoder_pos_embed (fixed)", b.patches().count() * d.dim, 0, 0});
  to.push_back(attention_blocks("decoder_blocks", d.dim, d.mlp_ratio, d.depth, all));
  to.push_back(component("decoder_norm", norm(d.dim), 1, all));
  to.push_back(component("decoder_pred", linear(d.dim, b.patch_size * b.patch_size * b.in_channels), 1, all));
}

}  // namespace

int64_t ModelCost::parameters() const {
  int64_t sum = 0;
  for (const ComponentCost& c : components) sum += c.parameters;
  return sum;
}

double ModelCost::macs() const {
  double sum = 0;
  for (const ComponentCost& c : components) sum += c.macs;
  return sum;
}

double ModelCost::norm_elements() const {
  double sum = 0;
  for (const ComponentCost& c : components) sum += c.norm_elements;
  return sum;
}

ModelCost classification_cost(const Preset& preset, const PictureGrid& picture, int64_t classes) {
  BackboneConfig backbone = preset.backbone;
  backbone.rpe = true;
  ModelCost cost;
  add_backbone(cost.components, backbone, picture);
  cost.components.push_back(component("fc_norm", norm(backbone.embed_dim), 1, 1));
  cost.components.push_back(component("head", linear(backbone.embed_dim, classes), 1, 1));
  return cost;
}

ModelCost pretraining_cost(const Preset& preset, const PictureGrid& picture) {
  ModelCost cost;
  add_backbone(cost.components, preset.backbone, picture);
  add_pyramid(cost.components, preset.backbone, preset.pyramid, picture);
  add_decoder(cost.components, preset, picture);
  return cost;
}

ModelCost distillation_cost(const Preset& preset, const PictureGrid& picture, int64_t teacher_dim) {
  ModelCost cost = detection_cost(preset, picture);
  const BackboneConfig& b = preset.backbone;
  const auto all = static_cast<double>(picture.patches());
  constexpr int64_t kAuxiliaryBlocks = 2, kHeads = 2;
  cost.components.push_back({"mask_token", b.embed_dim, 0, 0});
  cost.components.push_back(level_embeddings(preset, b.embed_dim, all));
  cost.components.push_back(attention_blocks("cls_pt_layers", b.embed_dim, b.mlp_ratio, kAuxiliaryBlocks, all));
  if (b.rpe) {
    const int64_t side = 2 * b.grid() - 1;
    cost.components.push_back({"auxiliary position bias", side * side * b.num_heads * kAuxiliaryBlocks, 0, 0});
  }
  cost.components.push_back(
      component("lm_head, lm_cls_head", norm(b.embed_dim) + linear(b.embed_dim, teacher_dim), kHeads, all));
  return cost;
}

ModelCost clip_tower_cost(const ClipVisionConfig& sizes, const PictureGrid& picture) {
  const auto patches = static_cast<double>(picture.patches()), tokens = patches + 1;
  const double ratio = static_cast<double>(sizes.mlp_width) / static_cast<double>(sizes.width);
  const int64_t pixels = sizes.in_channels * sizes.patch_size * sizes.patch_size;
  ModelCost cost;
  cost.components.push_back(component("conv1", linear(pixels, sizes.width, false), 1, patches));
  cost.components.push_back(attention_blocks("transformer", sizes.width, ratio, sizes.depth, tokens));
  cost.components.push_back(component("proj", linear(sizes.width, sizes.output_dim, false), 1, tokens));
  return cost;
}

ModelCost detection_cost(const Preset& preset, const PictureGrid& picture) {
  PyramidConfig pyramid = preset.pyramid;
  pyramid.num_outs = 3;
  pyramid.fpn_depth = 1;
  ModelCost cost;
  add_backbone(cost.components, preset.backbone, picture);
  add_pyramid(cost.components, preset.backbone, pyramid, picture);
  return cost;
}

}  // namespace itpn
