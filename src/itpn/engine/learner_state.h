// The state of a model that is trained: its weights, the moving average that follows them if there is one, and the
// optimiser's moments. What every learner saves, goes on from, and starts with.
#pragma once

#include <torch/nn/module.h>

#include "itpn/engine/parameter_updater.h"
#include "itpn/engine/train_state.h"
#include "itpn/engine/weight_average.h"

namespace itpn {

// Live: fp32 masters and the buffers of `model`, the tensors of `average` unless it is null, the optimiser's state.
StateTensors learner_state(const torch::nn::Module& model, const ParameterUpdater& updater,
                           const WeightAverage* average);

// After all of learner_state() has been read from a checkpoint.
void adopt_learner_state(const StateTensors& tensors, ParameterUpdater& updater, const WeightAverage* average);

// After the weights alone have been read: the model follows its masters, the average starts as a copy again.
void restart_from_weights(ParameterUpdater& updater, WeightAverage* average);

}  // namespace itpn
