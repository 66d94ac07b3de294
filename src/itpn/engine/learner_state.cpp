#include "itpn/engine/learner_state.h"

namespace itpn {

StateTensors learner_state(const torch::nn::Module& model, const ParameterUpdater& updater,
                           const WeightAverage* average) {
  StateTensors tensors;
  tensors.model = updater.weights().masters();
  for (const auto& buffer : model.named_buffers()) tensors.model.emplace_back(buffer.key(), buffer.value());
  if (average) tensors.ema = average->tensors();
  tensors.optimizer = updater.optimizer_state();
  return tensors;
}

void adopt_learner_state(const StateTensors& tensors, ParameterUpdater& updater, const WeightAverage* average) {
  updater.restore(tensors.optimizer);
  if (average) average->adopt();
}

void restart_from_weights(ParameterUpdater& updater, WeightAverage* average) {
  updater.weights().write_to_model();
  if (average) average->update(0.0);
}

}  // namespace itpn
