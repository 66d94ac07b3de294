#include "itpn/models/backbone/presets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

Preset itpn_base() { return {}; }

Preset itpn_large() {
  Preset p;
  p.backbone.embed_dim = 768;
  p.backbone.stage1_depth = p.backbone.stage2_depth = 2;
  p.backbone.depth = 40;
  p.backbone.num_heads = 12;
  return p;
}

// About a quarter of base: 19 M parameters in the classification model.
Preset itpn_small() {
  Preset p;
  p.backbone.embed_dim = 384;
  p.backbone.stage1_depth = p.backbone.stage2_depth = 2;
  p.backbone.depth = 10;
  p.backbone.num_heads = 6;
  p.pyramid.fpn_dim = 192;
  p.decoder = {256, 4, 8};
  return p;
}

// Minutes on a CPU.
Preset itpn_tiny() {
  Preset p;
  p.backbone.image_size = 128;
  p.backbone.embed_dim = 256;
  p.backbone.stage1_depth = p.backbone.stage2_depth = 1;
  p.backbone.depth = 4;
  p.backbone.num_heads = 4;
  p.pyramid.fpn_dim = 128;
  p.pyramid.fpn_depth = 1;
  p.decoder = {128, 2, 4};
  return p;
}

// For tests: milliseconds a step.
Preset itpn_nano() {
  Preset p;
  p.backbone.image_size = 64;
  p.backbone.embed_dim = 32;
  p.backbone.stage1_depth = p.backbone.stage2_depth = 1;
  p.backbone.depth = 1;
  p.backbone.num_heads = 2;
  p.pyramid.fpn_dim = 16;
  p.pyramid.fpn_depth = 1;
  p.decoder = {32, 1, 2};
  return p;
}

const std::vector<std::pair<std::string, Preset (*)()>>& presets() {
  static const std::vector<std::pair<std::string, Preset (*)()>> table = {{"itpn-base", itpn_base},
                                                                          {"itpn-large", itpn_large},
                                                                          {"itpn-small", itpn_small},
                                                                          {"itpn-tiny", itpn_tiny},
                                                                          {"itpn-nano", itpn_nano}};
  return table;
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : presets()) names.push_back(name);
  return names;
}

Preset find_preset(const std::string& name) {
  for (const auto& [known, make] : presets()) {
    if (known == name) return make();
  }
  throw usage_error(fmt::format("there is no model \"{}\"; the models are {}", name, fmt::join(preset_names(), ", ")));
}

Preset resolve_model(const ModelConfig& model, const ImageSize& image_size) {
  Preset preset = find_preset(model.preset);
  preset.backbone.image_size = image_size;
  preset.backbone.patch_size = model.patch_size;
  preset.backbone.in_channels = model.in_channels;
  preset.backbone.stage_mixer = model.stage_mixer;
  preset.backbone.drop_path = model.drop_path;
  preset.backbone.resample_positions = model.resample_positions;
  preset.backbone.layer_scale = model.layer_scale;
  preset.backbone.rpe = model.relative_position_bias;
  check_config(preset.backbone);
  return preset;
}

}  // namespace itpn
