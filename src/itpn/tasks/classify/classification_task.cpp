#include "itpn/tasks/classify/classification_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "itpn/core/log.h"
#include "itpn/engine/precision.h"
#include "itpn/tasks/run/loaders.h"
#include "itpn/tasks/run/recipe_checks.h"
#include "itpn/tasks/weights/model_card.h"
#include "itpn/tasks/weights/model_source.h"
#include "itpn/tasks/weights/starting_weights.h"

namespace itpn {
namespace {

constexpr int64_t kMaxEvaluationBatch = 64;

}  // namespace

std::optional<ConfigChange> micro_batch_change(const TrainConfig& before, const TrainConfig& now,
                                               bool sees_micro_batch) {
  if (before.micro_batch() == now.micro_batch()) return std::nullopt;
  const auto text = [](const TrainConfig& train) {
    return fmt::format("{} ({} pictures in a forward pass, {} process(es))", train.micro_batch_size,
                       train.micro_batch(), train.processes);
  };
  return ConfigChange{"train.micro_batch_size", text(before), text(now), sees_micro_batch};
}

void check_classification_config(const ClassificationConfig& config) {
  check_image_size(config.data, config.model);
  check_batch(config.train);
  check_labelled_path(config.data);
  check_channels(config.data, config.model);
  make_training_transform(config.data, config.augment);  // throws for a text that makes no sense
}

ClassificationTask::ClassificationTask(const ClassificationConfig& config, RunRequest request)
    : config_(config), request_(std::move(request)) {}

DataFingerprint ClassificationTask::open_data() {
  data_ = open_labelled_data(config_.data, config_.classes.count);
  check_fills_a_batch(config_.data, *data_.train, config_.train.global_batch_size);
  return data_fingerprint(*data_.train);
}

ClassifierConfig ClassificationTask::classifier_config() const {
  ClassifierConfig config;
  config.backbone = resolve_model(config_.model, config_.data.image_size).backbone;
  config.backbone.activation_checkpointing = config_.train.activation_checkpointing;
  config.num_classes = classes();
  config.head_std = config_.classes.head_std;
  return config;
}

Learner& ClassificationTask::build(const torch::Device& device, const std::string& weights) {
  ClassificationLearnerConfig config;
  config.model = classifier_config();
  // Classification does not use the pyramid, but hands it on: detection and segmentation start from it.
  if (!weights.empty()) config.model.pyramid = sizes_of_weights(weights).pyramid;
  config.seed = static_cast<uint64_t>(config_.train.seed);
  config.device = device;
  config.statistics = {config_.data.mean, config_.data.std};
  config.compute_type = compute_type(config_.train.precision, device);
  config.accumulate = config_.train.accumulation() > 1;
  complete(&config);
  learner_.reset();  // one of an earlier attempt
  learner_ = std::make_unique<ClassificationLearner>(config);
  return *learner_;
}

void ClassificationTask::begin(const RunServices& services, const Progress& start) {
  best_ = start.best;
  services_.emplace(services);
  validated_step_ = -1;
  open_source(services, start);
}

void ClassificationTask::open_source(const RunServices& services, const Progress& start) {
  loader_ =
      training_loader(config_.data, config_.train, data_.train, make_training_transform(config_.data, config_.augment),
                      loader_start(start, config_.train, services.directory.bad_samples_file(services.group.rank())));
}

HostBatch ClassificationTask::next_batch() { return next_training_batch(*loader_); }

std::vector<NamedNumber> ClassificationTask::finish(Progress& progress) {
  if (loader_) tell_damaged(*loader_);
  return validate(progress);
}

std::vector<NamedNumber> ClassificationTask::after_step(Progress& progress, bool epoch_ended) {
  if (loader_) progress.counters.bad_samples = loader_->bad_samples().total();
  const int64_t every = config_.log.validate_every_epochs;
  if (epoch_ended && every > 0 && progress.epoch % every == 0) return validate(progress);
  return {};
}

void ClassificationTask::load_initial_weights() {
  if (request_.init.empty()) {
    log::warning("no --init: all weights start at random, nothing pre-trained is used");
    return;
  }
  load_starting_weights(request_, learner_->tensors().model, data_.class_names);
  learner_->adopt_initial_weights();
}

std::map<std::string, std::string> ClassificationTask::weights_metadata() const {
  ModelCard card = model_card(kClassifierKind, config_.model, config_.data, config_.preprocess);
  card.class_names = data_.class_names;
  return to_metadata(card);
}

ClassificationScore ClassificationTask::score(bool of_average) {
  const auto loader = evaluation_loader(config_.data, data_.val,
                                        make_evaluation_transform(picture_format(config_.data), config_.preprocess),
                                        std::min(kMaxEvaluationBatch, config_.train.micro_batch()), group().place());
  const auto logits_of = [&](const HostBatch& batch) { return learner_->logits(batch, of_average); };
  return score_classifier(*loader, logits_of, group());
}

void ClassificationTask::share_buffers() {
  if (group().is_alone()) return;
  for (const torch::Tensor& buffer : learner_->model()->buffers()) group().broadcast({buffer});
}

std::vector<NamedNumber> ClassificationTask::validate(Progress& progress) {
  if (!data_.val || validated_step_ == progress.step) return {};
  validated_step_ = progress.step;
  share_buffers();
  validation_ = score(/*of_average=*/false);
  std::vector<NamedNumber> numbers = {
      {"val_top1", validation_->top1}, {"val_top5", validation_->top5}, {"val_loss", validation_->loss}};
  std::string text = fmt::format("validation: top-1 {:.2f} %, top-5 {:.2f} %, loss {:.4f}", validation_->top1,
                                 validation_->top5, validation_->loss);
  double best = validation_->top1;
  if (learner_->has_average()) {
    const ClassificationScore average = score(/*of_average=*/true);
    numbers.insert(numbers.end(),
                   {{"val_ema_top1", average.top1}, {"val_ema_top5", average.top5}, {"val_ema_loss", average.loss}});
    text += fmt::format("; of averaged weights top-1 {:.2f} %", average.top1);
    best = std::max(best, average.top1);
  }
  note_best(progress, best);
  log::info(fmt::format("{} after step {} (best {:.2f} %, step {})", text, progress.step, progress.best.value,
                        progress.best.step));
  return numbers;
}

void ClassificationTask::note_best(Progress& progress, double top1) {
  if (progress.best.step < 0 || top1 > progress.best.value) progress.best = {progress.step, top1};
  best_ = progress.best;
}

}  // namespace itpn
