#include "itpn/tasks/run/train_session.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/paths.h"
#include "itpn/core/sha256.h"
#include "itpn/core/signals.h"
#include "itpn/core/words.h"
#include "itpn/engine/checkpointer.h"
#include "itpn/engine/device.h"
#include "itpn/engine/environment.h"
#include "itpn/engine/finished_run.h"
#include "itpn/engine/precision.h"
#include "itpn/engine/run_recorder.h"
#include "itpn/io/jsonl_writer.h"
#include "itpn/tasks/run/run_resume.h"

namespace itpn {
namespace {

constexpr StopWords kStopWords = {
    "the state is saved as soon as this step is done; another signal ends the program at once, without saving",
    "ended at once, without saving; --resume auto goes on from the last checkpoint"};

ExistingRun existing_run_policy(const RunRequest& request) {
  if (request.overwrite && !request.resume.empty()) {
    throw usage_error("--overwrite and --resume contradict each other; give one of them");
  }
  if (request.overwrite) return ExistingRun::kOverwrite;
  return request.resume.empty() ? ExistingRun::kRefuse : ExistingRun::kContinue;
}

// The settings of the run and of the process into `progress`, which is new or read from a checkpoint.
void stamp(Progress* progress, const RunSettings& settings, const DataFingerprint& data) {
  const TrainConfig& train = settings.train;
  progress->steps_per_epoch = data.count / train.global_batch_size;
  const int64_t all = progress->steps_per_epoch * train.epochs;
  progress->total_steps = train.max_steps > 0 ? std::min(train.max_steps, all) : all;
  if (progress->step_in_epoch >= progress->steps_per_epoch) {  // fewer pictures than before, with --allow-change
    progress->step_in_epoch = 0;
    ++progress->epoch;
  }
  progress->data = data;
  progress->task = settings.task;
  progress->config_toml = settings.config_toml;
  progress->config_hash = sha256_hex(std::as_bytes(std::span(progress->config_toml)));
  progress->seed = train.seed;
  progress->threads = at::get_num_threads();
  progress->processes = train.processes;
  progress->cpu_capability = at::get_cpu_capability();
  progress->torch_version = TORCH_VERSION;
  progress->program_version = program_version();
}

// A resumed run equals one that was never stopped only on an equal machine.
void warn_of_other_machine(const Progress& saved, int64_t processes) {
  if (saved.threads == at::get_num_threads() && saved.cpu_capability == at::get_cpu_capability() &&
      saved.torch_version == TORCH_VERSION && saved.processes == processes) {
    return;
  }
  log::warning(fmt::format(
      "the checkpoint was made with {} process(es) of {} threads, {}, LibTorch {}; here it is {} of {}, {}, {}: losses "
      "will differ in their last digits from those of a run that was never stopped",
      saved.processes, saved.threads, saved.cpu_capability, saved.torch_version, processes, at::get_num_threads(),
      at::get_cpu_capability(), TORCH_VERSION));
}

// Pictures that one process sees and another does not would be learnt by nobody.
void check_equal_data(const DataFingerprint& data, ProcessGroup& group) {
  const std::string own = fmt::format("{} pictures ({})", data.count, data.hash);
  const std::string first = group.broadcast(own);
  if (own == first) return;
  throw data_error(
      fmt::format("process {} sees {}, process 0 sees {}; all need the same files", group.rank(), own, first));
}

RunDirectory open_directory(Fs& fs, const RunRequest& request, const ProcessGroup& group) {
  const ExistingRun policy = existing_run_policy(request);
  return group.is_first() ? RunDirectory(fs, request.output_dir, policy) : RunDirectory(fs, request.output_dir);
}

// Files of the run that say what it is.
void prepare_files(Fs& fs, RunDirectory& directory, const RunRequest& request, const Progress& progress,
                   const torch::Device& device) {
  directory.discard_existing_run();
  directory.begin_writing(progress.processes);
  forget_finished_run(fs, directory);
  log::set_file(directory.log_file());
  // Before the settings, which make it a run that can go on.
  if (!request.init.empty()) write_file_atomically(fs, directory.init_file(), real_path(request.init) + "\n");
  write_file_atomically(fs, directory.config_file(), progress.config_toml);
  write_file_atomically(fs, directory.environment_file(), describe_environment(device));
}

// train.max_steps only shortens a run: how long it is at most, and the schedule of the learning rate, train.epochs
// says.
void warn_of_early_end(const TrainConfig& train, const Progress& progress) {
  if (train.max_steps <= progress.total_steps) return;
  const int64_t epochs = (train.max_steps + progress.steps_per_epoch - 1) / progress.steps_per_epoch;
  log::warning(
      fmt::format("train.max_steps = {} is beyond train.epochs = {}, which end the run at step {}; for {} steps set "
                  "train.epochs={}",
                  train.max_steps, train.epochs, progress.total_steps, train.max_steps, epochs));
}

void describe(const RunSettings& settings, const Progress& progress, Learner& learner, const torch::Device& device) {
  int64_t parameters = 0;
  for (const auto& [name, master] : learner.updater().weights().masters()) parameters += master.numel();
  const std::string processes =
      settings.train.processes > 1 ? fmt::format("{} processes, each ", settings.train.processes) : "";
  log::info(fmt::format("{}: {:.1f} M parameters, {} on {}{}", settings.model, static_cast<double>(parameters) * 1e-6,
                        settings.train.precision, processes, describe_device(device)));
  log::info(fmt::format("{}, {} of {} an epoch, training to step {}", count_of(progress.data.count, "picture"),
                        count_of(progress.steps_per_epoch, "step"), settings.train.global_batch_size,
                        progress.total_steps));
  warn_of_early_end(settings.train, progress);
}

// How to go on with a run that a signal has stopped.
void tell_how_to_go_on(const RunRequest& request, const std::string& task, const Progress& progress, bool is_alone) {
  const std::string command = is_alone ? fmt::format("itpn {} --output-dir {} --resume auto", task,
                                                     shell_word(absolute_from_here(request.output_dir)))
                                       : "the same command with --resume auto";
  log::info(fmt::format("stopped after step {} of {}; to go on: {}", progress.step, progress.total_steps, command));
}

// Everything that is open while a run trains.
class TrainSession {
 public:
  TrainSession(LearningTask& task, const RunRequest& request, const torch::Device& device, ProcessGroup& group)
      : task_(task),
        request_(request),
        device_(device),
        group_(group),
        directory_(open_directory(fs_, request, group)),
        store_(fs_, directory_.checkpoints(), store_options(task.settings().checkpoint)) {}

  RunResult train() {
    // The first process reads what the run starts from; the others get it from there.
    if (group_.is_first()) start_ = find_start();
    data_ = task_.open_data();
    if (start_) check_same_data(start_->progress, data_, task_, request_);
    check_equal_data(data_, group_);
    for (;;) {
      try {
        return train_from_start();
      } catch (const Diverged& diverged) {
        // All processes are here after the same step.
        if (group_.is_first()) go_back(diverged);
      }
    }
  }

 private:
  static CheckpointStoreOptions store_options(const CheckpointConfig& config) {
    return {config.keep, config.keep_every_steps};
  }

  std::optional<StartingPoint> find_start() {
    store_.clean_leftovers();
    std::optional<StartingPoint> start = find_starting_point(fs_, store_, request_);
    if (start) check_settings(start->progress, task_, request_);
    return start;
  }

  // The model is built anew for each start, so that nothing of an attempt that has diverged is left.
  RunResult train_from_start() {
    Learner& learner = task_.build(device_, group_.broadcast(start_ ? model_file(start_->checkpoint) : request_.init));
    if (start_ && !is_prepared_) check_same_classes(fs_, start_->checkpoint, task_.weights_metadata(), request_);
    Progress progress = load(learner);
    share(&progress, learner);
    const RunSettings settings = task_.settings();
    stamp(&progress, settings, data_);
    progress.weights_metadata = task_.weights_metadata();
    if (has_nothing_to_do(progress)) return {progress.step, progress.last_loss, start_path(), 0};
    if (group_.is_first()) {
      if (!is_prepared_) prepare_files(fs_, directory_, request_, progress, device_);
      cut_back_metrics(progress);
    }
    group_.barrier();  // nobody writes into a directory that is about to be emptied
    if (!is_prepared_) describe(settings, progress, learner, device_);
    is_prepared_ = true;
    const bool overlaps = group_.config().overlap && !settings.train.activation_checkpointing && learner.can_overlap();
    learner.updater().join(group_, overlaps);
    return group_.is_first() ? lead(settings, learner, progress) : follow(settings, learner, progress);
  }

  // All processes hear what the first one, which has read the files, knows.
  bool has_nothing_to_do(const Progress& progress) {
    const bool is_first_start = start_ && start_->is_of_this_run && !is_prepared_;
    const bool is_finished = group_.is_first() && is_first_start && is_finished_run(fs_, directory_, progress);
    if (group_.broadcast(std::string(is_finished ? "finished" : "")) != "finished") return false;
    log::info(fmt::format("{}: the run is finished, with {}; nothing is changed. For a longer one give a larger {}",
                          directory_.path(), count_of(progress.step, "step"),
                          is_shortened(progress) ? "train.max_steps" : "train.epochs, with --allow-change"));
    return true;
  }

  bool is_shortened(const Progress& progress) const {
    return progress.total_steps < progress.steps_per_epoch * task_.settings().train.epochs;
  }

  std::string start_path() const { return start_ ? start_->checkpoint.path : ""; }

  // The start of the next attempt: the last checkpoint before the steps that were not finite, and another order of the
  // pictures from there on, so that the run passes them by.
  void go_back(const Diverged& diverged) {
    std::optional<VerifiedCheckpoint> checkpoint = store_.find_verified_before(diverged.first_step());
    if (!checkpoint)
      throw Error(ExitCode::kNotFinite, fmt::format("{} (no checkpoint to go back to)", diverged.what()));
    const TrainConfig& train = task_.settings().train;
    rewinds_ = start_ && rewinds_ > 0 && start_->checkpoint.path == checkpoint->path ? rewinds_ + 1 : 1;
    if (rewinds_ > train.max_rewinds) {
      throw Error(ExitCode::kNotFinite, fmt::format("{} ({} returns to {} did not help)", diverged.what(),
                                                    train.max_rewinds, checkpoint->path));
    }
    StartingPoint start{std::move(*checkpoint), {}, true};
    start.progress = read_progress(fs_, start.checkpoint);
    start.progress.counters.rewinds += rewinds_;
    start.progress.counters.skipped_steps = diverged.skipped_steps();
    start.progress.reorderings.push_back({static_cast<uint64_t>(start.progress.epoch),
                                          start.progress.step_in_epoch * train.global_batch_size, rewinds_});
    log::warning(
        fmt::format("too many steps were not finite: back to {}, other pictures from there on (return {} of {})",
                    start.checkpoint.path, rewinds_, train.max_rewinds));
    start_ = std::move(start);
  }

  // Logs are cut back to where the run goes on.
  void cut_back_metrics(const Progress& progress) {
    const uint64_t keep = start_ && start_->is_of_this_run ? progress.metrics_bytes : 0;
    rewind_jsonl(fs_, directory_.metrics_file(), keep, directory_.dropped_metrics_file());
  }

  // Weights and progress of the checkpoint, or those of a new run.
  Progress load(Learner& learner) {
    if (!start_) {
      if (group_.is_first()) task_.load_initial_weights();
      return {};
    }
    if (!is_prepared_) warn_of_other_machine(start_->progress, group_.size());
    const StateTensors tensors = learner.tensors();
    read_state_tensors(fs_, start_->checkpoint, tensors);
    learner.adopt(tensors);
    store_.set_aside_newer(start_->checkpoint.step());
    Progress progress = start_->progress;
    if (!is_prepared_) ++progress.counters.resumes;
    adopt_best(*start_, progress);
    return progress;
  }

  // The best checkpoint as it was at the starting point. One of another directory is no checkpoint of this run, and one
  // that could not be saved, or has gone since, must not be waited for by later ones.
  void adopt_best(const StartingPoint& start, Progress& progress) {
    if (progress.best.step < 0) return;
    if (start.is_of_this_run && exists(fs_, checkpoint_path(store_.directory(), progress.best.step))) {
      return store_.mark_best(progress.best.step);
    }
    progress.best = {};
  }

  // Progress and weights of the first process to all.
  void share(Progress* progress, Learner& learner) {
    if (group_.is_alone()) return;
    const std::string text = group_.broadcast(to_json(*progress));
    if (!group_.is_first()) *progress = progress_from_json(text, "what process 0 sent");
    const StateTensors tensors = learner.tensors();
    for (const NamedTensors* part : {&tensors.model, &tensors.ema, &tensors.optimizer}) {
      for (const auto& [name, tensor] : *part) group_.broadcast({tensor});
    }
    learner.adopt(tensors);
  }

  LoopConfig loop_config(const RunSettings& settings) const {
    return {settings.train, settings.log.every_steps, settings.clip_grad, settings.learning_rate, &group_};
  }

  // With a divided optimiser the first process cannot save alone.
  std::function<void(bool)> save_preparation(Learner& learner) {
    if (!learner.updater().is_sharded()) return {};
    return [this, &learner](bool is_wanted) {
      learner.updater().forget_state();
      if (group_.broadcast(std::string(is_wanted ? "save" : "")) == "save") learner.updater().collect_state();
    };
  }

  RunResult follow(const RunSettings& settings, Learner& learner, Progress& progress) {
    MetricsWriter metrics;
    task_.begin({directory_, metrics, group_}, progress);
    SilentObserver observer(directory_, group_.rank(), save_preparation(learner));
    GradScaler scaler(settings.train.precision == "fp16");
    const int signal = TrainingLoop(loop_config(settings), task_, learner.updater(), scaler, observer).run(progress);
    if (signal == 0) task_.finish(progress);
    learner.updater().collect_state();
    return {progress.step, progress.last_loss, "", signal};
  }

  RunResult lead(const RunSettings& settings, Learner& learner, Progress& progress) {
    const bool goes_on = !request_.resume.empty() || rewinds_ > 0;
    MetricsWriter metrics(fs_, directory_, settings.log.tensorboard,
                          goes_on ? std::optional(progress.step) : std::nullopt);
    Checkpointer checkpointer(store_, settings.checkpoint, [&learner] { return learner.tensors(); });
    if (start_) checkpointer.start_from(start_->checkpoint);
    task_.begin({directory_, metrics, group_}, progress);
    RunRecorder recorder({settings.task, directory_, metrics, checkpointer, settings.log, device_, group_.size(),
                          learner.updater().reduced_bytes(), save_preparation(learner)},
                         progress);
    GradScaler scaler(settings.train.precision == "fp16");
    const int signal = TrainingLoop(loop_config(settings), task_, learner.updater(), scaler, recorder).run(progress);
    group_.enter("the end of the run", /*has_limit=*/false);
    if (signal == 0) {
      recorder.on_end(progress, task_.finish(progress));
    } else {
      log::info(fmt::format("SIG{}: saving the state after step {}", sigabbrev_np(signal), progress.step));
      recorder.on_stop();
    }
    learner.updater().collect_state();
    recorder.finish(progress);
    if (signal == 0) {
      note_finished_run(fs_, directory_, progress);
    } else {
      tell_how_to_go_on(request_, settings.task, progress, group_.is_alone());
    }
    return {progress.step, progress.last_loss, checkpointer.last_good(), signal};
  }

  LearningTask& task_;
  const RunRequest& request_;
  Fs& fs_ = posix_fs();
  torch::Device device_;
  ProcessGroup& group_;
  RunDirectory directory_;
  CheckpointStore store_;
  DataFingerprint data_;
  std::optional<StartingPoint> start_;  // of this attempt, in the first process
  bool is_prepared_ = false;            // the run's files are there
  int64_t rewinds_ = 0;                 // to the checkpoint of start_
};

}  // namespace

std::function<double(const Progress&)> following(const RateConfig& optim, const TrainConfig& train) {
  const CosineSchedule schedule{optim.peak_lr(train.global_batch_size), optim.min_lr, optim.warmup_epochs,
                                static_cast<double>(train.epochs)};
  return [schedule](const Progress& progress) {
    return value_at(schedule, static_cast<double>(progress.epoch) + static_cast<double>(progress.step_in_epoch) /
                                                                        static_cast<double>(progress.steps_per_epoch));
  };
}

std::function<double(const Progress&)> following(const AdamWRecipe& optim, const TrainConfig& train) {
  if (optim.schedule == "fraction") return following(static_cast<const RateConfig&>(optim), train);
  return [optim, train](const Progress& progress) {
    const int64_t I = progress.steps_per_epoch;
    const auto warmup = static_cast<int64_t>(std::llround(optim.warmup_epochs * static_cast<double>(I)));
    const CosineTable table{
        optim.peak_lr(train.global_batch_size), optim.min_lr, train.epochs, I, warmup > 0 ? 1 : 0, warmup};
    return value_at(table, progress.epoch * I + progress.step_in_epoch);
  };
}

RunResult train(LearningTask& task, const RunRequest& request, ProcessGroup& group) {
  const TrainConfig config = task.settings().train;
  const torch::Device device = select_device(config.device, group.place().local_rank);
  if (!group.is_first()) log::set_level(log::Level::kError);
  compute_type(config.precision, device);
  configure_numerics(config, device);
  install_signal_handlers();
  if (group.is_first()) set_stop_words(kStopWords);
  const RunResult result = TrainSession(task, request, device, group).train();
  set_stop_words({nullptr, nullptr});
  log::close_file();
  return result;
}

}  // namespace itpn
