#include "itpn/models/backbone/infer_sizes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "itpn/core/errors.h"
#include "itpn/io/tensor_shapes.h"

namespace itpn {
namespace {

constexpr int64_t kHeadWidth = 64, kDecoderHeadWidth = 32;

int64_t grid_of(const TensorShapes& shapes, int64_t width) {
  const std::vector<int64_t>& table = shapes.at("absolute_pos_embed", 3);
  const auto grid = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(table[1]))));
  if (table[2] != width || grid * grid != table[1]) {
    shapes.fail(fmt::format("absolute_pos_embed has shape {}, wanted (1, a square, {})", table, width));
  }
  return grid;
}

std::string block(int64_t index) { return "blocks." + std::to_string(index); }

// C-MLP blocks, merge, C-MLP blocks, merge, attention blocks.
void infer_stages(const TensorShapes& shapes, BackboneConfig& config) {
  const std::string norm = ".norm2.weight", merge = ".reduction.weight", attention = ".attn.qkv.weight";
  config.stage1_depth = shapes.count("blocks.", norm);
  const int64_t second = config.stage1_depth + 1;
  config.stage2_depth = shapes.count("blocks.", norm, second);
  const int64_t third = second + config.stage2_depth + 1;
  config.depth = shapes.count("blocks.", attention, third);
  if (!shapes.has(block(second - 1) + merge) || !shapes.has(block(third - 1) + merge) || config.depth == 0) {
    shapes.fail("its blocks are not two stages of C-MLP blocks, a merge after each, and attention blocks");
  }
  config.mlp_ratio = shapes.ratio(block(third) + ".mlp.fc1.weight");
  const std::string first = block(config.stage1_depth > 0 ? 0 : second);
  if (shapes.has(first + ".conv.weight")) {
    config.stage_mixer = "conv";
  } else if (shapes.has(first + ".mlp.fc1.weight") && first != block(third)) {
    config.bridge_mlp_ratio = shapes.ratio(first + ".mlp.fc1.weight");
  }
  const std::string table = block(third) + ".attn.relative_position_bias_table";
  config.rpe = shapes.has(table);
  config.num_heads = config.rpe ? shapes.at(table, 2)[1] : 0;
  config.layer_scale = shapes.has(block(third) + ".gamma_1") ? 0.1 : 0.0;
  const std::string by_axis = block(third) + ".attn.rel_pos_h";  // (2 grid - 1, width of a head)
  if (!shapes.has(by_axis)) return;
  config.axis_grid = (shapes.at(by_axis, 2)[0] + 1) / 2;
  config.num_heads = config.embed_dim / shapes.at(by_axis, 2)[1];
}

BackboneConfig infer_backbone(const TensorShapes& shapes) {
  const std::vector<int64_t>& patch = shapes.at("patch_embed.proj.weight", 4);  // (E/4, channels, P/4, P/4)
  BackboneConfig config;
  config.embed_dim = 4 * patch[0];
  config.in_channels = patch[1];
  config.patch_size = 4 * patch[2];
  config.image_size = grid_of(shapes, config.embed_dim) * config.patch_size;
  infer_stages(shapes, config);
  return config;
}

PyramidConfig infer_pyramid(const TensorShapes& shapes) {
  PyramidConfig config;
  config.num_outs = 1;
  if (!shapes.has("align_dim_16to8.weight")) return config;
  config.fpn_dim = shapes.at("align_dim_16to8.weight", 2)[0];
  config.num_outs = shapes.count("fpn_modules.", ".norm2.weight");
  config.fpn_depth = shapes.count("block_16to8.", ".norm2.weight");
  if (config.num_outs < 2) shapes.fail("a pyramid with fewer than two levels");
  if (shapes.has("fpn_modules.0.mlp.fc1.weight")) config.mlp_ratio = shapes.ratio("fpn_modules.0.mlp.fc1.weight");
  return config;
}

std::optional<DecoderConfig> infer_decoder(const TensorShapes& shapes) {
  if (!shapes.has("decoder_pred.weight")) return std::nullopt;
  DecoderConfig config;
  config.dim = shapes.at("decoder_pred.weight", 2)[1];
  config.depth = shapes.count("decoder_blocks.", ".attn.qkv.weight");
  config.num_heads = std::max<int64_t>(1, config.dim / kDecoderHeadWidth);
  if (config.depth > 0) config.mlp_ratio = shapes.ratio("decoder_blocks.0.mlp.fc1.weight");
  return config;
}

// A probe has a batch norm in front of its linear layer.
void infer_classes(const TensorShapes& shapes, InferredSizes& sizes) {
  sizes.is_probe = shapes.has("head.1.weight");
  const std::string layer = sizes.is_probe ? "head.1.weight" : "head.weight";
  if (shapes.has(layer)) sizes.classes = shapes.at(layer, 2)[0];
}

bool is_of_size(const BackboneConfig& a, const BackboneConfig& preset) {
  return a.embed_dim == preset.embed_dim && a.stage1_depth == preset.stage1_depth &&
         a.stage2_depth == preset.stage2_depth && a.depth == preset.depth &&
         (a.num_heads == 0 || a.num_heads == preset.num_heads);
}

// The preset whose backbone this is, and its heads where nothing else tells them.
void apply_preset(InferredSizes& sizes) {
  for (const std::string& name : preset_names()) {
    const Preset preset = find_preset(name);
    if (!is_of_size(sizes.backbone, preset.backbone)) continue;
    sizes.preset = name;
    sizes.backbone.num_heads = preset.backbone.num_heads;
    const bool same_decoder = sizes.decoder && sizes.decoder->dim == preset.decoder.dim;
    if (same_decoder) sizes.decoder->num_heads = preset.decoder.num_heads;
    return;
  }
  if (sizes.backbone.num_heads == 0)
    sizes.backbone.num_heads = std::max<int64_t>(1, sizes.backbone.embed_dim / kHeadWidth);
}

}  // namespace

std::string InferredSizes::kind() const {
  if (decoder) return "pre-training (pixels)";
  if (teacher_dim) return "pre-training (CLIP)";
  if (classes) return is_probe ? "linear probe" : "classifier";
  return pyramid.num_outs > 1 ? "backbone and pyramid" : "backbone";
}

InferredSizes infer_sizes(std::span<const TensorInfo> tensors, const std::string& where) {
  const TensorShapes shapes(
      tensors, [&](const std::string& what) { return fmt::format("{}: not the weights of an iTPN: {}", where, what); });
  InferredSizes sizes;
  sizes.backbone = infer_backbone(shapes);
  sizes.pyramid = infer_pyramid(shapes);
  sizes.decoder = infer_decoder(shapes);
  infer_classes(shapes, sizes);
  sizes.has_feature_heads = shapes.has("mfm_head.0.weight");
  if (shapes.has("lm_cls_head.weight")) sizes.teacher_dim = shapes.at("lm_cls_head.weight", 2)[0];
  sizes.are_heads_certain = sizes.backbone.num_heads > 0;
  apply_preset(sizes);
  return sizes;
}

void require_preset(const InferredSizes& sizes, const std::string& preset_name, const std::string& where) {
  const Preset preset = find_preset(preset_name);
  std::vector<std::string> different;
  const auto compare = [&](const char* what, int64_t file, int64_t wanted) {
    if (file != wanted)
      different.push_back(fmt::format("{}: the file has {}, {} has {}", what, file, preset_name, wanted));
  };
  const BackboneConfig &a = sizes.backbone, &b = preset.backbone;
  compare("width (embed_dim)", a.embed_dim, b.embed_dim);
  compare("blocks of stage 1", a.stage1_depth, b.stage1_depth);
  compare("blocks of stage 2", a.stage2_depth, b.stage2_depth);
  compare("attention blocks", a.depth, b.depth);
  if (sizes.are_heads_certain) compare("attention heads", a.num_heads, b.num_heads);
  if (!different.empty()) {
    throw checkpoint_error(fmt::format("{}: not the weights of {}: {}{}", where, preset_name,
                                       fmt::join(different, "; "),
                                       sizes.preset.empty() ? "" : fmt::format(". They are of {}", sizes.preset)));
  }
}

}  // namespace itpn
