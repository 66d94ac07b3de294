#include "itpn/tasks/pretrain/pretraining_learner.h"

#include <torch/torch.h>

#include "itpn/engine/learner_state.h"
#include "itpn/engine/precision.h"
#include "itpn/ops/to_device.h"

namespace itpn {

PretrainingLearner::PretrainingLearner(const PretrainConfig& config, const torch::Device& device)
    : config_(config), device_(device), statistics_{config.data.mean, config.data.std} {}

void PretrainingLearner::adopt_model(const std::shared_ptr<ItpnImpl>& model, Teacher teacher,
                                     const std::vector<std::string>& spared) {
  const torch::ScalarType type = compute_type(config_.train.precision, device_);
  model_ = model;
  updater_ = std::make_unique<ParameterUpdater>(
      *model_, UpdaterConfig{config_.optim.adamw(),
                             weight_decay_groups(trainable_parameters(*model_), config_.optim.weight_decay, spared),
                             type, config_.train.accumulation() > 1});
  if (!teacher.is_empty()) average_ = std::make_unique<WeightAverage>(*teacher, *model_, updater_->weights(), type);
}

torch::Tensor PretrainingLearner::images_of(const HostBatch& batch) const {
  return ops::images_to_device(batch, statistics_, device_);
}

DrawKey PretrainingLearner::draw_key(const HostBatch& batch, uint64_t epoch) const {
  return {static_cast<uint64_t>(config_.train.seed), epoch, batch.positions};
}

torch::Tensor PretrainingLearner::drop_path_draws_of(const HostBatch& batch, int64_t sites) const {
  if (config_.model.drop_path <= 0.0) return {};
  return ops::to_device(drop_path_draws(draw_key(batch, batch.epoch), sites), device_);
}

torch::Tensor PretrainingLearner::features(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  BackboneInput input;
  input.images = images_of(batch);
  return model_->backbone.forward(input).u3.mean(1);
}

void PretrainingLearner::update_teacher(double momentum) {
  if (average_) average_->update(momentum);
}

StateTensors PretrainingLearner::tensors() const { return learner_state(*model_, *updater_, average_.get()); }

void PretrainingLearner::adopt(const StateTensors& tensors) { adopt_learner_state(tensors, *updater_, average_.get()); }

void PretrainingLearner::adopt_initial_weights() { restart_from_weights(*updater_, average_.get()); }

StepLosses step_losses(const torch::Tensor& total, const std::vector<NamedLoss>& parts) {
  StepLosses losses{total, {}};
  for (const NamedLoss& part : parts) losses.parts.emplace_back(part.name, part.value);
  return losses;
}

}  // namespace itpn
