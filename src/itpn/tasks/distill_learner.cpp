#include "itpn/tasks/distill_learner.h"

#include <torch/torch.h>

#include "itpn/engine/learner_state.h"
#include "itpn/engine/precision.h"
#include "itpn/models/backbone/draws.h"
#include "itpn/models/backbone/weight_rules.h"
#include "itpn/tasks/distill_masks.h"
#include "itpn/tasks/feature_panel.h"
#include "itpn/tasks/pretrain_model.h"

namespace itpn {

DistillLearner::DistillLearner(const PretrainConfig& config, const torch::Device& device)
    : config_(config),
      device_(device),
      statistics_{config.data.mean, config.data.std},
      teacher_(config.teacher, device) {
  teacher_.require_grid(config.data.image_size / config.model.patch_size);
  const torch::ScalarType type = compute_type(config.train.precision, device);
  model_ = DistillModel(distill_config_of(config, teacher_.dim()), static_cast<uint64_t>(config.train.seed));
  model_->to(device);
  updater_ = std::make_unique<ParameterUpdater>(
      *model_, UpdaterConfig{AdamWConfig{config.optim.beta1, config.optim.beta2, config.optim.eps},
                             weight_decay_groups(trainable_parameters(*model_), config.optim.weight_decay,
                                                 {"absolute_pos_embed"}),
                             type, config.train.accumulation() > 1});
  if (Teacher teacher = model_->teacher()) {
    average_ = std::make_unique<WeightAverage>(*teacher, *model_, updater_->weights(), type);
  }
}

DistillInput DistillLearner::input_of(const HostBatch& batch, uint64_t epoch) {
  const DrawKey key = {static_cast<uint64_t>(config_.train.seed), epoch, batch.positions};
  const int64_t patch = config_.model.patch_size;
  DistillInput input;
  input.images = ops::images_to_device(batch, statistics_, device_);
  input.is_hidden = draw_hidden(key, config_.mask, batch.height / patch, batch.width / patch).to(device_);
  input.targets = teacher_.targets(batch);
  return input;
}

StepLosses DistillLearner::forward(const HostBatch& batch) {
  DistillInput input = input_of(batch, batch.epoch);
  if (config_.model.drop_path > 0.0) {
    const DrawKey key = {static_cast<uint64_t>(config_.train.seed), batch.epoch, batch.positions};
    input.drop_path_draws = drop_path_draws(key, model_->drop_path_sites()).to(device_);
  }
  const DistillOutput output = model_->forward(input);
  StepLosses losses{output.loss, {}};
  for (const NamedLoss& part : output.losses) losses.parts.emplace_back(part.name, part.value);
  return losses;
}

double DistillLearner::evaluate(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  return model_->forward(input_of(batch, /*epoch=*/0)).loss.item<double>();
}

torch::Tensor DistillLearner::features(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  BackboneInput input;
  input.images = ops::images_to_device(batch, statistics_, device_);
  return model_->backbone.forward(input).u3.mean(1);
}

Image DistillLearner::panel(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  const DistillInput input = input_of(batch, /*epoch=*/0);
  return feature_panel({.images = input.images,
                        .is_hidden = input.is_hidden,
                        .targets = input.targets,
                        .prediction = model_->forward(input).prediction,
                        .patch_size = config_.model.patch_size,
                        .statistics = statistics_});
}

void DistillLearner::update_teacher(double momentum) {
  if (average_) average_->update(momentum);
}

StateTensors DistillLearner::tensors() const { return learner_state(*model_, *updater_, average_.get()); }

void DistillLearner::adopt(const StateTensors& tensors) { adopt_learner_state(tensors, *updater_, average_.get()); }

void DistillLearner::adopt_initial_weights() { restart_from_weights(*updater_, average_.get()); }

LoadRules DistillLearner::weight_rules() const { return distillation_weight_rules(); }

}  // namespace itpn
