// The pre-training model of a recipe.
#pragma once

#include <optional>

#include "itpn/models/backbone/infer_sizes.h"
#include "itpn/models/mim/distill_config.h"
#include "itpn/tasks/pretrain/pretrain_config.h"

namespace itpn {

// The weights that a model goes on from, or nothing. No key says how wide and deep pyramid and decoder are: where the
// weights have them, the model has theirs, with as many levels as the recipe wants; else those of the preset.
using WeightSizes = std::optional<InferredSizes>;

// Sizes of the model that the recipe describes. Throws usage_error where its settings do not fit each other.
MimConfig mim_config_of(const PretrainConfig& config, const WeightSizes& weights = std::nullopt);

// The student of the recipe for a teacher with features of that many channels.
DistillModelConfig distill_config_of(const PretrainConfig& config, int64_t teacher_dim,
                                     const WeightSizes& weights = std::nullopt);

// Momentum of the teacher's moving average after `updates` of `total` updates: constant, or rising from its start value
// to 1 along half a cosine.
double teacher_momentum(const MfmConfig& config, int64_t updates, int64_t total);

}  // namespace itpn
