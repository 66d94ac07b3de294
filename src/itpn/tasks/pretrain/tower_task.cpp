#include "itpn/tasks/pretrain/tower_task.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>

#include "itpn/config/config.h"
#include "itpn/core/log.h"
#include "itpn/data/augment_config.h"
#include "itpn/data/path_kind.h"
#include "itpn/engine/learner_state.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/precision.h"
#include "itpn/models/classification/classification_loss.h"
#include "itpn/ops/erase.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/ops/to_device.h"
#include "itpn/tasks/run/settle_batch.h"

namespace itpn {
namespace {

constexpr int64_t kEvaluationBatch = 64;
constexpr double kLabelSmoothing = 0.1;

ClipVisionConfig tower_sizes(const TowerConfig& config) {
  const TowerModelConfig& m = config.model;
  ClipVisionConfig sizes;
  sizes.patch_size = m.patch_size;
  sizes.width = m.width;
  sizes.depth = m.depth;
  sizes.num_heads = m.width / 64;
  sizes.mlp_width = 4 * m.width;
  sizes.output_dim = m.output_dim;
  sizes.grid = patch_grid(config.data.image_size, m.patch_size).longer();
  return sizes;
}

}  // namespace

TowerLearner::TowerLearner(const TowerConfig& config, int64_t classes, const torch::Device& device)
    : config_(config), device_(device) {
  model_ = TowerClassifier(tower_sizes(config), classes, static_cast<uint64_t>(config.train.seed));
  model_->to(device);
  updater_ = std::make_unique<ParameterUpdater>(
      *model_, UpdaterConfig{config.optim.adamw(),
                             weight_decay_groups(trainable_parameters(*model_), config.optim.weight_decay,
                                                 {"positional_embedding", "class_embedding"}),
                             compute_type(config.train.precision, device), config.train.accumulation() > 1});
}

torch::Tensor TowerLearner::logits(const HostBatch& batch) {
  torch::Tensor images = ops::images_to_device(batch, {config_.data.mean, config_.data.std}, device_);
  ops::erase_boxes(images, batch.erased);
  return model_->forward(images);
}

StepLosses TowerLearner::forward(const HostBatch& batch) {
  const torch::Tensor labels = ops::to_device(torch::tensor(batch.labels, torch::kInt64), device_);
  return {label_smoothing_cross_entropy(logits(batch), labels, kLabelSmoothing), {}};
}

StateTensors TowerLearner::tensors() const { return learner_state(*model_, *updater_, nullptr); }

void TowerLearner::adopt(const StateTensors& tensors) { adopt_learner_state(tensors, *updater_, nullptr); }

void TowerLearner::adopt_initial_weights() { restart_from_weights(*updater_, nullptr); }

RunSettings TowerTask::settings() const {
  return {"teacher",          "a vision tower", dump_config(config_),    config_.train,
          config_.checkpoint, config_.log,      config_.optim.clip_grad, following(config_.optim, config_.train)};
}

std::vector<ConfigChange> TowerTask::changes_since(const Progress& saved) {
  return config_diff(load_recorded_config<TowerConfig>("the checkpoint's settings", saved.config_toml), config_);
}

DataFingerprint TowerTask::open_data() {
  data_ = open_labelled_data(config_.data, 0);
  check_fills_a_batch(config_.data, *data_.train, config_.train.global_batch_size);
  return data_fingerprint(*data_.train);
}

Learner& TowerTask::build(const torch::Device& device, const std::string& /*weights*/) {
  learner_.reset();  // one of an earlier attempt
  learner_ = std::make_unique<TowerLearner>(config_, static_cast<int64_t>(data_.class_names.size()), device);
  return *learner_;
}

void TowerTask::load_initial_weights() {
  if (request_.init.empty()) return;
  LoadRules rules;
  rules.allow_partial = request_.allow_partial;
  log_report(load_weights(posix_fs(), request_.init, learner_->tensors().model, rules));
  learner_->adopt_initial_weights();
}

void TowerTask::begin(const RunServices& services, const Progress& start) {
  services_.emplace(services);
  validated_step_ = -1;
  loader_ =
      training_loader(config_.data, config_.train, data_.train, make_training_transform(config_.data, config_.augment),
                      loader_start(start, config_.train, services.directory.bad_samples_file(services.group.rank())));
}

std::vector<NamedNumber> TowerTask::finish(Progress& progress) {
  tell_damaged(*loader_);
  return validate(progress);
}

std::vector<NamedNumber> TowerTask::after_step(Progress& progress, bool epoch_ended) {
  progress.counters.bad_samples = loader_->bad_samples().total();
  const int64_t every = config_.log.validate_every_epochs;
  if (epoch_ended && every > 0 && progress.epoch % every == 0) return validate(progress);
  return {};
}

std::vector<NamedNumber> TowerTask::validate(const Progress& progress) {
  if (!data_.val || validated_step_ == progress.step) return {};
  validated_step_ = progress.step;
  ProcessGroup& group = services_->group;
  const auto loader = evaluation_loader(config_.data, data_.val,
                                        make_evaluation_transform(picture_format(config_.data), PreprocessConfig{}),
                                        kEvaluationBatch, group.place());
  const auto logits_of = [this](const HostBatch& batch) {
    const torch::NoGradGuard no_grad;
    return learner_->logits(batch);
  };
  const ClassificationScore score = score_classifier(*loader, logits_of, group);
  log::info(fmt::format("validation: top-1 {:.2f} %, top-5 {:.2f} %, loss {:.4f} after step {}", score.top1, score.top5,
                        score.loss, progress.step));
  return {{"val_top1", score.top1}, {"val_top5", score.top5}, {"val_loss", score.loss}};
}

RunResult train_tower(const TowerConfig& recipe, const RunRequest& request) {
  return with_training_group(recipe.distributed, recipe.train, [&](ProcessGroup& group) {
    TowerConfig config = shared_out(recipe, group);
    check_tower_config(config);
    settle_source(posix_fs(), &config.data);
    settle_batch(config.data, kUsualBatch, &config.train);
    check_tower_config(config);
    TowerTask task(config, request);
    return train(task, request, group);
  });
}

}  // namespace itpn
