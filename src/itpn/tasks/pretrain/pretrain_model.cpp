#include "itpn/tasks/pretrain/pretrain_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace itpn {

namespace {

// Blocks of a pyramid level, one fewer than in pixel pre-training (spec-model 1).
constexpr int64_t kPyramidDepth = 1;

bool has_pyramid(const WeightSizes& weights) { return weights && weights->pyramid.num_outs > 1; }

// Backbone and pyramid of the recipe.
Preset preset_of(const PretrainConfig& config, const WeightSizes& weights) {
  Preset preset = resolve_model(config.model, config.data.image_size);
  preset.backbone.activation_checkpointing = config.train.activation_checkpointing;
  if (has_pyramid(weights)) preset.pyramid = weights->pyramid;
  if (weights && weights->decoder) preset.decoder = *weights->decoder;
  preset.pyramid.num_outs = config.pretrain.pyramid ? config.pretrain.num_outs : 1;
  return preset;
}

}  // namespace

MimConfig mim_config_of(const PretrainConfig& config, const WeightSizes& weights) {
  const Preset preset = preset_of(config, weights);
  MimConfig result;
  result.backbone = preset.backbone;
  result.pyramid = preset.pyramid;
  result.decoder = preset.decoder;
  result.mask = config.mask;
  result.mfm = config.mfm;
  result.check();
  return result;
}

DistillModelConfig distill_config_of(const PretrainConfig& config, int64_t teacher_dim, const WeightSizes& weights) {
  const Preset preset = preset_of(config, weights);
  DistillModelConfig result;
  result.backbone = preset.backbone;
  result.pyramid = preset.pyramid;
  if (!has_pyramid(weights)) result.pyramid.fpn_depth = kPyramidDepth;
  result.teacher_dim = teacher_dim;
  result.distill = config.distill;
  result.mfm = config.mfm;
  result.check();
  return result;
}

double teacher_momentum(const MfmConfig& config, int64_t updates, int64_t total) {
  if (config.momentum_schedule == "constant") return config.momentum;
  const double done = std::min(1.0, static_cast<double>(updates) / static_cast<double>(std::max<int64_t>(1, total)));
  return 1.0 - (1.0 - config.momentum) * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
}

}  // namespace itpn
