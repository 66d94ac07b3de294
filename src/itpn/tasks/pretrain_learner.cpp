#include "itpn/tasks/pretrain_learner.h"

#include <torch/torch.h>

#include "itpn/engine/learner_state.h"
#include "itpn/engine/precision.h"
#include "itpn/models/backbone/draws.h"
#include "itpn/models/backbone/weight_rules.h"
#include "itpn/tasks/pretrain_model.h"
#include "itpn/tasks/reconstruction_panel.h"

namespace itpn {

PretrainLearner::PretrainLearner(const PretrainConfig& config, const torch::Device& device)
    : config_(config), device_(device), statistics_{config.data.mean, config.data.std} {
  const torch::ScalarType type = compute_type(config.train.precision, device);
  model_ = MimModel(mim_config_of(config), static_cast<uint64_t>(config.train.seed));
  model_->to(device);
  updater_ = std::make_unique<ParameterUpdater>(
      *model_, UpdaterConfig{AdamWConfig{config.optim.beta1, config.optim.beta2, config.optim.eps},
                             weight_decay_groups(trainable_parameters(*model_), config.optim.weight_decay), type,
                             config.train.accumulation() > 1});
  if (Teacher teacher = model_->teacher()) {
    teacher_ = std::make_unique<WeightAverage>(*teacher, *model_, updater_->weights(), type);
  }
}

MimInput PretrainLearner::input_of(const HostBatch& batch, uint64_t epoch) const {
  const DrawKey key = {static_cast<uint64_t>(config_.train.seed), epoch, batch.positions};
  const int64_t patch = config_.model.patch_size;
  MimInput input;
  input.images = ops::images_to_device(batch, statistics_, device_);
  input.noise = mask_noise(key, (batch.height / patch) * (batch.width / patch)).to(device_);
  if (config_.model.drop_path > 0.0) {
    input.drop_path_draws = drop_path_draws(key, model_->backbone.drop_path_sites()).to(device_);
  }
  return input;
}

StepLosses PretrainLearner::forward(const HostBatch& batch) {
  const MimOutput output = model_->forward(input_of(batch, batch.epoch));
  StepLosses losses{output.loss, {}};
  for (const NamedLoss& part : output.losses) losses.parts.emplace_back(part.name, part.value);
  return losses;
}

double PretrainLearner::evaluate(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  MimInput input = input_of(batch, /*epoch=*/0);
  input.drop_path_draws = torch::Tensor();
  return model_->forward(input).losses.front().value.item<double>();
}

torch::Tensor PretrainLearner::features(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  BackboneInput input;
  input.images = ops::images_to_device(batch, statistics_, device_);
  return model_->backbone.forward(input).u3.mean(1);
}

Image PretrainLearner::panel(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  MimInput input = input_of(batch, /*epoch=*/0);
  input.drop_path_draws = torch::Tensor();
  input.want_prediction = true;
  const MimOutput output = model_->forward(input);
  return reconstruction_panel({.images = input.images,
                               .prediction = output.prediction,
                               .is_hidden = output.mask.is_hidden,
                               .patch_size = config_.model.patch_size,
                               .normalised_targets = model_->config.normalise_pixels,
                               .statistics = statistics_});
}

void PretrainLearner::update_teacher(double momentum) {
  if (teacher_) teacher_->update(momentum);
}

StateTensors PretrainLearner::tensors() const { return learner_state(*model_, *updater_, teacher_.get()); }

void PretrainLearner::adopt(const StateTensors& tensors) { adopt_learner_state(tensors, *updater_, teacher_.get()); }

LoadRules PretrainLearner::weight_rules() const { return pretraining_weight_rules(); }

void PretrainLearner::adopt_initial_weights() { restart_from_weights(*updater_, teacher_.get()); }

}  // namespace itpn
