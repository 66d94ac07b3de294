#include "itpn/tasks/detect/detect_task.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "itpn/core/files.h"
#include "itpn/core/log.h"
#include "itpn/engine/distributed.h"
#include "itpn/engine/precision.h"
#include "itpn/io/png_writer.h"
#include "itpn/optim/lr_schedule.h"
#include "itpn/tasks/detect/detector_card.h"
#include "itpn/tasks/detect/detector_start.h"
#include "itpn/tasks/detect/sample_sheets.h"
#include "itpn/tasks/run/loaders.h"

namespace itpn {
namespace {

constexpr int64_t kMaxEvaluationBatch = 8;

// Pictures that are in one joint forward pass of all processes: batch normalisation and the divisors of the losses see
// them together.
std::optional<ConfigChange> joint_batch_change(const TrainConfig& before, const TrainConfig& now) {
  const auto pictures = [](const TrainConfig& train) { return train.micro_batch() * train.processes; };
  if (pictures(before) == pictures(now)) return std::nullopt;
  const auto text = [&](const TrainConfig& train) {
    return fmt::format("{} ({} pictures in a forward pass of {} process(es))", train.micro_batch_size, pictures(train),
                       train.processes);
  };
  return ConfigChange{"train.micro_batch_size", text(before), text(now), /*changes_trajectory=*/true};
}

}  // namespace

DetectTask::DetectTask(const DetectConfig& config, RunRequest request, AnnotatedData data)
    : config_(config), request_(std::move(request)), data_(std::move(data)) {}

RunSettings DetectTask::settings() const {
  StepSchedule schedule;
  schedule.peak = config_.optim.lr;
  schedule.steps = rate_steps(config_);
  schedule.gamma = config_.optim.gamma;
  schedule.warmup_iterations = config_.optim.warmup_steps;
  schedule.warmup_ratio = config_.optim.warmup_ratio;
  const auto rate = [schedule](const Progress& progress) {
    return value_at(schedule, progress.epoch * progress.steps_per_epoch + progress.step_in_epoch, progress.epoch);
  };
  return {"detect",           config_.model.preset, dump_config(config_),    config_.train,
          config_.checkpoint, config_.log,          config_.optim.clip_grad, rate};
}

std::vector<ConfigChange> DetectTask::changes_since(const Progress& saved) {
  DetectConfig before = load_recorded_config<DetectConfig>("the checkpoint's settings", saved.config_toml);
  before.train.processes = saved.processes;
  std::vector<ConfigChange> changes = config_diff(before, config_);
  std::erase_if(changes, [](const ConfigChange& change) { return change.key == "train.micro_batch_size"; });
  if (const auto change = joint_batch_change(before.train, config_.train)) changes.push_back(*change);
  return changes;
}

DataFingerprint DetectTask::open_data() {
  check_fills_a_batch(data_.train.samples->size(), data_.train.name, config_.train.global_batch_size);
  return data_fingerprint(fingerprint(*data_.train.samples));
}

Learner& DetectTask::build(const torch::Device& device, const std::string&) {
  DetectLearnerConfig config;
  config.model = detector_config(config_, static_cast<int64_t>(data_.class_names.size()));
  config.seed = static_cast<uint64_t>(config_.train.seed);
  config.device = device;
  config.statistics = {config_.data.mean, config_.data.std};
  config.compute_type = compute_type(config_.train.precision, device);
  config.accumulate = config_.train.accumulation() > 1;
  config.optim = config_.optim;
  learner_.reset();  // one of an earlier attempt
  learner_ = std::make_unique<DetectLearner>(config);
  return *learner_;
}

void DetectTask::load_initial_weights() {
  if (request_.init.empty()) {
    log::warning("no --init: all weights start at random, nothing pre-trained is used");
    return;
  }
  load_detector_start(request_, config_.detector.pyramid, learner_->tensors().model, data_.class_names);
  learner_->adopt_initial_weights();
}

std::map<std::string, std::string> DetectTask::weights_metadata() const {
  return to_metadata(detector_card(config_, data_.class_names));
}

void DetectTask::begin(const RunServices& services, const Progress& start) {
  best_ = start.best;
  services_.emplace(services);
  validated_step_ = -1;
  learner_->join(services.group);
  const LoaderStart from =
      loader_start(start, config_.train, services.directory.bad_samples_file(services.group.rank()));
  LoaderConfig loader = training_loader_config(loader_resources(config_.data), config_.train, from);
  loader.groups = std::make_shared<SampleGroups>(orientations(*data_.train.samples));
  loader.group_run = config_.train.micro_batch() * config_.train.processes;
  DetectionAssemblerConfig assembler;
  assembler.transform = transform_config(config_.augment);
  assembler.divisor = static_cast<int>(detection_divisor(config_.model.patch_size));
  loader_ = std::make_unique<BatchLoader<DetectionAssembler>>(DetectionAssembler(data_.train.samples, assembler),
                                                              loader, from.position);
}

DetectionBatch DetectTask::next_batch() {
  std::optional<DetectionBatch> batch = loader_->next();
  TORCH_CHECK(batch, "the training loader ended");
  return std::move(*batch);
}

std::vector<NamedNumber> DetectTask::after_step(Progress& progress, bool epoch_ended) {
  progress.counters.bad_samples = loader_->bad_samples().total();
  const int64_t every = config_.eval.every_epochs;
  if (epoch_ended && every > 0 && progress.epoch % every == 0) return validate(progress);
  return {};
}

std::vector<NamedNumber> DetectTask::finish(Progress& progress) { return validate(progress); }

void DetectTask::share_buffers() {
  if (services_->group.is_alone()) return;
  for (const torch::Tensor& buffer : learner_->model()->buffers()) services_->group.broadcast({buffer});
}

DetectionTestSize DetectTask::test_size() const {
  return {static_cast<int>(config_.preprocess.short_side), static_cast<int>(config_.preprocess.longest_side),
          static_cast<int>(detection_divisor(config_.model.patch_size))};
}

DetectionScore DetectTask::score(PictureDetector& detector) {
  const FindObjectsConfig pass{test_size(), loader_resources(config_.data),
                               std::min(kMaxEvaluationBatch, config_.train.micro_batch())};
  const FoundObjects found = find_objects([&](const DetectionBatch& batch) { return detector.detect(batch); },
                                          *data_.val, data_.class_names, pass, services_->group);
  return score_objects(*data_.val->truth, found, config_.detector.masks == "on");
}

void DetectTask::draw(PictureDetector& detector) {
  if (config_.eval.samples == 0 || !services_->group.is_first()) return;
  const SampleSheets sheets = draw_samples([&](const DetectionBatch& batch) { return detector.detect(batch); },
                                           *data_.val, data_.class_names, test_size(), config_.eval.samples);
  for (const auto& [name, sheet] :
       {std::pair("val_labels.png", &sheets.labels), std::pair("val_predictions.png", &sheets.predictions)}) {
    write_file_atomically(posix_fs(), services_->directory.sample_file(name), encode_png(*sheet));
  }
}

std::vector<NamedNumber> DetectTask::validate(Progress& progress) {
  if (!data_.val || validated_step_ == progress.step) return {};
  validated_step_ = progress.step;
  share_buffers();
  PictureDetector detector(learner_->model(), {config_.data.mean, config_.data.std}, learner_->device());
  validation_ = score(detector);
  draw(detector);
  std::vector<NamedNumber> numbers;
  for (const auto& [name, value] : validation_->numbers()) numbers.emplace_back("val_" + name, value);
  note_best(progress, validation_->number(config_.eval.best));
  log::info(fmt::format("validation: {} after step {} (best {} {:.3f}, step {})", validation_->summary(), progress.step,
                        config_.eval.best, progress.best.value, progress.best.step));
  return numbers;
}

void DetectTask::note_best(Progress& progress, double value) {
  if (progress.best.step < 0 || value > progress.best.value) progress.best = {progress.step, value};
  best_ = progress.best;
}

}  // namespace itpn
