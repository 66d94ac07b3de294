#include "itpn/tasks/classify/classification_learner.h"

#include <torch/torch.h>

#include "itpn/engine/learner_state.h"
#include "itpn/models/backbone/draws.h"
#include "itpn/ops/erase.h"
#include "itpn/ops/to_device.h"

namespace itpn {
namespace {

// Evaluation mode and no gradient while it lives.
class Evaluating {
 public:
  explicit Evaluating(torch::nn::Module& model) : model_(model), was_training_(model.is_training()) { model_.eval(); }
  ~Evaluating() { model_.train(was_training_); }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  torch::NoGradGuard no_grad_;
  torch::nn::Module& model_;
  bool was_training_;
};

}  // namespace

ClassificationLearner::ClassificationLearner(const ClassificationLearnerConfig& config) : config_(config) {
  model_ = Classifier(config.model, config.seed);
  model_->to(config.device);
  updater_ = std::make_unique<ParameterUpdater>(
      *model_, UpdaterConfig{config.optimizer, config.groups(trainable_parameters(*model_)), config.compute_type,
                             config.accumulate});
  if (config.ema_decay <= 0.0) return;
  averaged_model_ = Classifier(config.model, config.seed);
  averaged_model_->to(config.device);
  average_ = std::make_unique<WeightAverage>(*averaged_model_, *model_, updater_->weights(), config.compute_type);
}

torch::Tensor ClassificationLearner::images_of(const HostBatch& batch) const {
  torch::Tensor images = ops::images_to_device(batch, config_.statistics, config_.device);
  ops::erase_boxes(images, batch.erased);
  return images;
}

torch::Tensor ClassificationLearner::labels_of(const HostBatch& batch) const {
  return ops::to_device(torch::tensor(batch.labels, torch::kInt64), config_.device);
}

torch::Tensor ClassificationLearner::drop_path_of(const HostBatch& batch) const {
  if (config_.model.backbone.drop_path <= 0.0) return {};
  return ops::to_device(
      drop_path_draws({config_.seed, batch.epoch, batch.positions}, model_->backbone.drop_path_sites()),
      config_.device);
}

torch::Tensor ClassificationLearner::logits(const HostBatch& batch, bool of_average) {
  Classifier& model = of_average ? averaged_model_ : model_;
  const Evaluating evaluating(*model);
  BackboneInput input;
  input.images = images_of(batch);
  return model->forward(input).logits.to(torch::kFloat32);
}

torch::Tensor ClassificationLearner::features(const HostBatch& batch) {
  const Evaluating evaluating(*model_);
  BackboneInput input;
  input.images = images_of(batch);
  return model_->forward(input).normed.to(torch::kFloat32);
}

void ClassificationLearner::update_average() {
  if (average_) average_->update(config_.ema_decay);
}

StateTensors ClassificationLearner::tensors() const { return learner_state(*model_, *updater_, average_.get()); }

void ClassificationLearner::adopt(const StateTensors& tensors) {
  adopt_learner_state(tensors, *updater_, average_.get());
}

void ClassificationLearner::adopt_initial_weights() { restart_from_weights(*updater_, average_.get()); }

}  // namespace itpn
