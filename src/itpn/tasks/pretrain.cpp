#include "itpn/tasks/pretrain.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "itpn/config/config.h"
#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/sha256.h"
#include "itpn/core/signals.h"
#include "itpn/engine/checkpointer.h"
#include "itpn/engine/device.h"
#include "itpn/engine/environment.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/precision.h"
#include "itpn/engine/run_directory.h"
#include "itpn/engine/run_recorder.h"
#include "itpn/io/jsonl_writer.h"
#include "itpn/models/backbone/weight_rules.h"
#include "itpn/optim/lr_schedule.h"
#include "itpn/tasks/pretrain_model.h"
#include "itpn/tasks/pretrain_resume.h"
#include "itpn/tasks/pretrain_run.h"

namespace itpn {
namespace {

ExistingRun existing_run_policy(const PretrainRequest& request) {
  if (request.overwrite && !request.resume.empty()) {
    throw usage_error("--overwrite and --resume contradict each other; give one of them");
  }
  if (request.overwrite) return ExistingRun::kOverwrite;
  return request.resume.empty() ? ExistingRun::kRefuse : ExistingRun::kContinue;
}

// The settings of the run and of the process into `progress`, which is new or read from a checkpoint.
void stamp(Progress* progress, const PretrainConfig& config, const DataFingerprint& data) {
  const TrainConfig& train = config.train;
  progress->steps_per_epoch = data.count / train.global_batch_size;
  const int64_t all = progress->steps_per_epoch * train.epochs;
  progress->total_steps = train.max_steps > 0 ? std::min(train.max_steps, all) : all;
  if (progress->step_in_epoch >= progress->steps_per_epoch) {  // fewer pictures than before, with --allow-change
    progress->step_in_epoch = 0;
    ++progress->epoch;
  }
  progress->data = data;
  progress->config_toml = dump_config(config);
  progress->config_hash = sha256_hex(std::as_bytes(std::span(progress->config_toml)));
  progress->seed = train.seed;
  progress->threads = at::get_num_threads();
  progress->cpu_capability = at::get_cpu_capability();
  progress->torch_version = TORCH_VERSION;
  progress->program_version = program_version();
}

// A resumed run equals one that was never stopped only on an equal machine.
void warn_of_other_machine(const Progress& saved) {
  if (saved.threads == at::get_num_threads() && saved.cpu_capability == at::get_cpu_capability() &&
      saved.torch_version == TORCH_VERSION) {
    return;
  }
  log::warning(
      fmt::format("the checkpoint was made with {} threads, {}, LibTorch {}; here it is {}, {}, {}: losses will "
                  "differ in their last digits from those of a run that was never stopped",
                  saved.threads, saved.cpu_capability, saved.torch_version, at::get_num_threads(),
                  at::get_cpu_capability(), TORCH_VERSION));
}

std::function<double(const Progress&)> learning_rate_of(const PretrainConfig& config) {
  const CosineSchedule schedule{config.optim.peak_lr(config.train.global_batch_size), config.optim.min_lr,
                                config.optim.warmup_epochs, static_cast<double>(config.train.epochs)};
  return [schedule](const Progress& progress) {
    return value_at(schedule, static_cast<double>(progress.epoch) + static_cast<double>(progress.step_in_epoch) /
                                                                        static_cast<double>(progress.steps_per_epoch));
  };
}

// Files of the run that say what it is; logs are cut back to where the run goes on.
void prepare_files(Fs& fs, RunDirectory& directory, const Progress& progress, const std::optional<StartingPoint>& start,
                   const torch::Device& device) {
  directory.discard_existing_run();
  log::set_file(directory.log_file());
  const uint64_t keep = start && start->is_of_this_run ? progress.metrics_bytes : 0;
  rewind_jsonl(fs, directory.metrics_file(), keep, directory.dropped_metrics_file());
  write_file_atomically(fs, directory.config_file(), progress.config_toml);
  write_file_atomically(fs, directory.environment_file(), describe_environment(device));
}

void load_initial_weights(Fs& fs, const PretrainRequest& request, PretrainLearner& learner) {
  if (request.init_weights.empty()) return;
  LoadRules rules = pretraining_weight_rules();
  rules.allow_partial = request.allow_partial;
  log_report(load_weights(fs, request.init_weights, learner.tensors().model, rules));
  learner.adopt_initial_weights();
}

PretrainResult result_of(const Progress& progress, const PretrainRun& run, const Checkpointer& checkpointer,
                         int signal) {
  return {progress.step, progress.last_loss, run.validation_loss(), checkpointer.last_good(), run.panel(), signal};
}

// Everything that is open while a run trains.
class PretrainSession {
 public:
  PretrainSession(const PretrainRequest& request, const torch::Device& device)
      : request_(request),
        device_(device),
        directory_(fs_, request.output_dir, existing_run_policy(request)),
        store_(fs_, directory_.checkpoints(),
               {request.config.checkpoint.keep, request.config.checkpoint.keep_every_steps}) {}

  PretrainResult train() {
    const PretrainConfig& config = request_.config;
    const std::optional<StartingPoint> start = find_start();
    const std::shared_ptr<const Dataset> dataset = open_training_data(config);
    const DataFingerprint data = data_fingerprint(*dataset);
    if (start) check_same_data(start->progress, data, request_);
    PretrainLearner learner(config, device_);
    Progress progress = load(start, learner);
    stamp(&progress, config, data);
    prepare_files(fs_, directory_, progress, start, device_);
    describe(progress, learner);
    return train(learner, progress, dataset, start);
  }

 private:
  std::optional<StartingPoint> find_start() {
    store_.clean_leftovers();
    std::optional<StartingPoint> start = find_starting_point(fs_, store_, request_);
    if (start) check_settings(start->progress, request_);
    return start;
  }

  // Weights and progress of the checkpoint, or those of a new run.
  Progress load(const std::optional<StartingPoint>& start, PretrainLearner& learner) {
    if (!start) {
      load_initial_weights(fs_, request_, learner);
      return {};
    }
    warn_of_other_machine(start->progress);
    const StateTensors tensors = learner.tensors();
    read_state_tensors(fs_, start->checkpoint, tensors);
    learner.adopt(tensors);
    store_.set_aside_newer(start->checkpoint.step());
    Progress progress = start->progress;
    ++progress.counters.resumes;
    return progress;
  }

  void describe(const Progress& progress, PretrainLearner& learner) const {
    int64_t parameters = 0;
    for (const auto& parameter : learner.model()->parameters()) parameters += parameter.numel();
    const TrainConfig& train = request_.config.train;
    log::info(fmt::format("{}: {:.1f} M parameters, {} on {}", request_.config.model.preset,
                          static_cast<double>(parameters) * 1e-6, train.precision, describe_device(device_)));
    log::info(fmt::format("{} pictures, {} steps of {} an epoch, training to step {}", progress.data.count,
                          progress.steps_per_epoch, train.global_batch_size, progress.total_steps));
  }

  PretrainResult train(PretrainLearner& learner, Progress& progress, const std::shared_ptr<const Dataset>& dataset,
                       const std::optional<StartingPoint>& start) {
    const PretrainConfig& config = request_.config;
    MetricsWriter metrics(fs_, directory_.path(), config.log.tensorboard);
    Checkpointer checkpointer(store_, config.checkpoint, [&learner] { return learner.tensors(); });
    if (start) checkpointer.start_from(start->checkpoint);
    PretrainRun run(config, {learner, directory_, metrics, dataset}, progress);
    RunRecorder recorder({metrics, checkpointer, config.log, device_}, progress);
    GradScaler scaler(config.train.precision == "fp16");
    const LoopConfig loop{config.train, config.log.every_steps, config.optim.clip_grad, learning_rate_of(config)};
    const int signal = TrainingLoop(loop, run, learner.updater(), scaler, recorder).run(progress);
    if (signal == 0) recorder.on_end(progress, run.finish(progress));
    recorder.finish(progress);
    return result_of(progress, run, checkpointer, signal);
  }

  const PretrainRequest& request_;
  Fs& fs_ = posix_fs();
  torch::Device device_;
  RunDirectory directory_;
  CheckpointStore store_;
};

}  // namespace

PretrainResult pretrain(const PretrainRequest& request) {
  check_pretrain_config(request.config);
  const torch::Device device = select_device(request.config.train.device);
  compute_type(request.config.train.precision, device);
  configure_numerics(request.config.train, device);
  mim_config_of(request.config);
  install_signal_handlers();
  const PretrainResult result = PretrainSession(request, device).train();
  log::close_file();
  return result;
}

}  // namespace itpn
