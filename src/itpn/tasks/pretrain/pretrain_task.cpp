#include "itpn/tasks/pretrain/pretrain_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "itpn/core/log.h"
#include "itpn/data/open_dataset.h"
#include "itpn/engine/load_weights.h"
#include "itpn/io/png_writer.h"
#include "itpn/tasks/features/knn.h"
#include "itpn/tasks/pretrain/distill_learner.h"
#include "itpn/tasks/pretrain/pixel_learner.h"
#include "itpn/tasks/run/loaders.h"
#include "itpn/tasks/weights/model_card.h"
#include "itpn/tasks/weights/model_source.h"
#include "itpn/tasks/weights/starting_weights.h"

namespace itpn {

PretrainTask::PretrainTask(const PretrainConfig& config, const RunRequest& request)
    : config_(config), request_(request) {
  check_starting_weights(request_);
  check_preset_fits(config_.model.preset, request_);
}

RunSettings PretrainTask::settings() const {
  return {"pretrain",         config_.model.preset, dump_config(config_),    config_.train,
          config_.checkpoint, config_.log,          config_.optim.clip_grad, following(config_.optim, config_.train)};
}

std::vector<ConfigChange> PretrainTask::changes_since(const Progress& saved) {
  return config_diff(load_recorded_config<PretrainConfig>("the checkpoint's settings", saved.config_toml), config_);
}

DataFingerprint PretrainTask::open_data() {
  if (config_.log.knn_every_epochs > 0) {
    labelled_ = open_labelled_data(config_.data, 0);
    dataset_ = labelled_.train;
  } else {
    dataset_ = open_dataset(config_.data, config_.data.path);
  }
  check_fills_a_batch(config_.data, *dataset_, config_.train.global_batch_size);
  return data_fingerprint(*dataset_);
}

WeightSizes PretrainTask::sizes_of(const std::string& weights) const {
  // --allow-partial admits weights of any model: what fits the recipe's own sizes is taken.
  if (weights.empty() || (request_.allow_partial && weights == request_.init)) return std::nullopt;
  WeightSizes sizes = sizes_of_weights(weights);
  require_preset(*sizes, config_.model.preset, weights);
  return sizes;
}

Learner& PretrainTask::build(const torch::Device& device, const std::string& weights) {
  learner_.reset();  // one of an earlier attempt
  const WeightSizes sizes = sizes_of(weights);
  if (config_.pretrain.has_clip_teacher()) {
    learner_ = std::make_unique<DistillLearner>(config_, sizes, device);
  } else {
    learner_ = std::make_unique<PixelLearner>(config_, sizes, device);
  }
  return *learner_;
}

void PretrainTask::load_initial_weights() {
  if (request_.init.empty()) return;
  LoadRules rules = learner_->weight_rules();
  rules.allow_partial = request_.allow_partial;
  log_report(load_weights(posix_fs(), request_.init, learner_->tensors().model, rules));
  learner_->adopt_initial_weights();
}

std::map<std::string, std::string> PretrainTask::weights_metadata() const {
  return to_metadata(model_card(kPretrainedKind, config_.model, config_.data, config_.preprocess));
}

void PretrainTask::begin(const RunServices& services, const Progress& start) {
  services_.emplace(services);
  validated_step_ = panel_step_ = -1;
  loader_ =
      training_loader(config_.data, config_.train, dataset_, pretraining_transform(config_),
                      loader_start(start, config_.train, services.directory.bad_samples_file(services.group.rank())));
  validation_ = ValidationData(config_);
}

HostBatch PretrainTask::next_batch() { return next_training_batch(*loader_); }

void PretrainTask::after_update(const Progress& progress) {
  learner_->update_teacher(
      teacher_momentum(config_.mfm, progress.updates, progress.steps_per_epoch * config_.train.epochs));
}

std::vector<NamedNumber> PretrainTask::after_step(Progress& progress, bool epoch_ended) {
  progress.counters.bad_samples = loader_->bad_samples().total();
  const int64_t panel_every = config_.log.panel_every_steps;
  if (panel_every > 0 && progress.step % panel_every == 0) make_panel(progress);
  const int64_t validate_every = config_.log.validate_every_epochs;
  std::vector<NamedNumber> numbers;
  if (epoch_ended && validate_every > 0 && progress.epoch % validate_every == 0) numbers = validate(progress);
  const int64_t knn_every = config_.log.knn_every_epochs;
  if (epoch_ended && knn_every > 0 && progress.epoch % knn_every == 0) {
    for (const NamedNumber& number : score_neighbours()) numbers.push_back(number);
  }
  return numbers;
}

std::vector<NamedNumber> PretrainTask::finish(Progress& progress) {
  tell_damaged(*loader_);
  make_panel(progress);
  return validate(progress);
}

std::vector<NamedNumber> PretrainTask::validate(const Progress& progress) {
  if (validation_.is_empty() || validated_step_ == progress.step) return {};
  validated_step_ = progress.step;
  validation_loss_ =
      validation_.mean_loss(services_->group, [this](const HostBatch& batch) { return learner_->evaluate(batch); });
  log::info(fmt::format("validation loss {:.4f} after step {}", *validation_loss_, progress.step));
  return {{"val_loss", *validation_loss_}};
}

std::vector<NamedNumber> PretrainTask::score_neighbours() {
  if (!services_->group.is_first()) return {};  // the others wait for it at the next step
  const auto features_of = [this](const HostBatch& batch) { return learner_->features(batch); };
  const KnnScore score =
      score_knn(labelled_, config_.data, make_evaluation_transform(picture_format(config_.data), config_.preprocess),
                features_of, KnnConfig{});
  log::info(fmt::format("k-NN accuracy of the features: top-1 {:.2f} %, top-5 {:.2f} %", score.top1, score.top5));
  return {{"knn_top1", score.top1}, {"knn_top5", score.top5}};
}

void PretrainTask::make_panel(const Progress& progress) {
  if (!services_->group.is_first() || config_.log.panel_images == 0 || panel_step_ == progress.step) return;
  panel_step_ = progress.step;
  if (!panel_pictures_) {
    const auto& dataset = validation_.is_empty() ? dataset_ : validation_.dataset();
    const int64_t count = std::min(config_.log.panel_images, dataset->size());
    panel_pictures_ = evaluation_loader(config_.data, dataset, centred_transform(config_), count)->next();
  }
  const Image panel = learner_->panel(*panel_pictures_);
  services_->metrics.add_image(config_.pretrain.has_clip_teacher() ? "features" : "reconstruction", panel,
                               progress.step);
  panel_ = services_->directory.sample_file(progress.step);
  write_file_atomically(posix_fs(), panel_, encode_png(panel));
}

}  // namespace itpn
