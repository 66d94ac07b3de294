#include "itpn/tasks/detect/detect_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/config/config.h"
#include "itpn/core/errors.h"
#include "itpn/tasks/run/recipe_checks.h"

namespace itpn {
namespace {

// What `itpn detect` does without a recipe: boxes and masks that a person recognises, within minutes on a CPU.
constexpr const char* kDefaultRecipe = R"(
[model]
preset = "auto"
[detector]
samples = 64
proposals = 100
[augment]
short_sides = [128, 144, 160]
longest_side = 240
crop = 0.0
[preprocess]
short_side = 160
longest_side = 240
[train]
epochs = 12
global_batch_size = 8
[optim]
lr = 1e-3
layer_decay = 0.9
warmup_steps = 50
clip_grad = 5.0
[eval]
every_epochs = 4
)";

std::vector<int> as_ints(const std::vector<int64_t>& values) { return {values.begin(), values.end()}; }

}  // namespace

DetectConfig::DetectConfig() {
  model.preset = kInferredPreset;
  model.may_infer_preset = true;
  model.drop_path = 0.05;
  train.epochs = 12;
  train.global_batch_size = 0;
}

DetectConfig load_detect_config(const std::string& recipe, const std::vector<std::string>& overrides) {
  return load_recipe<DetectConfig>(recipe, overrides, kDefaultRecipe);
}

void check_detect_config(const DetectConfig& config) {
  check_batch(config.train);
  if (config.model.in_channels != kColourChannels) {
    throw usage_error(
        fmt::format("model.in_channels = {}: detectors see pictures in colour (3)", config.model.in_channels));
  }
  if (config.augment.short_sides.empty() || config.augment.crop_short_sides.empty()) {
    throw usage_error("augment.short_sides and augment.crop_short_sides want at least one side");
  }
  if (config.augment.smallest_crop > config.augment.largest_crop) {
    throw usage_error(fmt::format("augment.smallest_crop = {} is more than augment.largest_crop = {}",
                                  config.augment.smallest_crop, config.augment.largest_crop));
  }
  const std::vector<int64_t>& steps = config.optim.steps;
  if (!std::is_sorted(steps.begin(), steps.end())) throw usage_error("optim.steps must be in ascending order");
  if (config.detector.masks == "off" && config.eval.best.starts_with("segm")) {
    throw usage_error(fmt::format("eval.best = {} measures masks, but detector.masks = \"off\"", config.eval.best));
  }
  if (config.data.mean.size() != kColourChannels || config.data.std.size() != kColourChannels) {
    throw usage_error("data.mean and data.std want three entries");
  }
}

DetectorConfig detector_config(const DetectConfig& config, int64_t classes) {
  ModelConfig model = config.model;
  model.relative_position_bias = false;  // a table for pairs fits one size of picture only
  const Preset preset = resolve_model(model, config.detector.position_size);
  BackboneConfig backbone = preset.backbone;
  backbone.axis_grid = config.model.relative_position_bias ? backbone.grid() : 0;
  backbone.activation_checkpointing = config.train.activation_checkpointing;
  DetectorConfig detector = config.detector.type == "mask_rcnn"
                                ? mask_rcnn_config(backbone, preset.pyramid, classes)
                                : cascade_rcnn_config(backbone, preset.pyramid, classes);
  detector.roi.has_masks = config.detector.masks == "on";
  detector.roi.sampler.count = config.detector.samples;
  detector.test_proposals.most = config.detector.proposals;
  return detector;
}

DetectionTransformConfig transform_config(const DetectionAugmentConfig& augment) {
  return {as_ints(augment.short_sides),
          static_cast<int>(augment.longest_side),
          augment.flip,
          augment.crop,
          as_ints(augment.crop_short_sides),
          static_cast<int>(augment.smallest_crop),
          static_cast<int>(augment.largest_crop)};
}

std::vector<int64_t> rate_steps(const DetectConfig& config) {
  if (!config.optim.steps.empty()) return config.optim.steps;
  const int64_t epochs = config.train.epochs;
  return {std::max<int64_t>(1, epochs * 3 / 4), std::max<int64_t>(1, epochs * 11 / 12)};
}

}  // namespace itpn
