// The named model sizes and the choices a recipe makes on top of them.
#pragma once

#include <vector>

#include "itpn/models/backbone/backbone_config.h"

namespace itpn {

// The pixel decoder of masked image modelling.
struct DecoderConfig {
  int64_t dim = 512;
  int64_t depth = 8;
  int64_t num_heads = 16;
  double mlp_ratio = 4.0;
};

template <class V>
void visit_fields(V& v, DecoderConfig& c) {
  v("dim", c.dim, {.doc = "width of the decoder; a multiple of 16", .min = 16});
  v("depth", c.depth, {.doc = "blocks of the decoder", .min = 1});
  v("num_heads", c.num_heads, {.doc = "heads of the decoder", .min = 1});
  v("mlp_ratio", c.mlp_ratio, {.doc = "hidden width of a decoder MLP over its width", .min = 0.1});
}

// All sizes of one preset.
struct Preset {
  BackboneConfig backbone;
  PyramidConfig pyramid;
  DecoderConfig decoder;
};

// itpn-base, itpn-large, itpn-small, itpn-tiny, itpn-nano.
std::vector<std::string> preset_names();

// Throws usage_error with the known names and the nearest one.
Preset find_preset(const std::string& name);

// In place of a preset's name: the sizes of the weights that a task starts from.
inline constexpr const char* kInferredPreset = "auto";

// The `model` table of a recipe.
struct ModelConfig {
  bool may_infer_preset = false;  // no key: may `preset` be kInferredPreset?
  std::string preset = "itpn-tiny";
  std::string stage_mixer = "cmlp";
  double drop_path = 0.0;
  double layer_scale = 0.0;
  bool relative_position_bias = false;
  bool resample_positions = true;
  int64_t patch_size = 16;
  int64_t in_channels = 3;
};

template <class V>
void visit_fields(V& v, ModelConfig& c) {
  std::vector<std::string> presets = preset_names();
  if (c.may_infer_preset) presets.emplace_back(kInferredPreset);
  v("preset", c.preset,
    {.doc = c.may_infer_preset ? "size of the model; auto = that of the weights it starts from" : "size of the model",
     .one_of = presets});
  v("stage_mixer", c.stage_mixer,
    {.doc = "what the two early stages and the pyramid are made of: channel MLPs, or 3x3 convolutions (paper, Table 6)",
     .one_of = {"cmlp", "conv"}});
  v("drop_path", c.drop_path,
    {.doc = "largest share of residual branches dropped per sample; grows from 0 with depth", .min = 0.0, .max = 0.99});
  v("layer_scale", c.layer_scale, {.doc = "start value of the residual branches' factors; 0 = none", .min = 0.0});
  v("relative_position_bias", c.relative_position_bias, {.doc = "learned bias on attention by relative position"});
  v("resample_positions", c.resample_positions,
    {.doc = "pass the position table through the published code's run-time resampling"});
  v("patch_size", c.patch_size, {.doc = "pixels of a patch's side, a multiple of 4", .min = 4, .max = 64});
  v("in_channels", c.in_channels, {.doc = "channels of the pictures; the same as data.channels", .min = 1, .max = 64});
}

// The preset with the recipe's choices in place, for pictures of that size. Throws usage_error where
// they do not fit each other.
Preset resolve_model(const ModelConfig& model, const ImageSize& image_size);

}  // namespace itpn
