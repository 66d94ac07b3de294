// One loop for every task: fetch, forward, backward, clip, update, record.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "itpn/core/errors.h"
#include "itpn/engine/grad_scaler.h"
#include "itpn/engine/injected_faults.h"
#include "itpn/engine/parameter_updater.h"
#include "itpn/engine/run_config.h"
#include "itpn/engine/skipped_step.h"
#include "itpn/engine/train_task.h"

namespace itpn {

class ProcessGroup;

// What one optimiser step did, in all processes together. Losses are exact means over its micro-batches.
struct StepReport {
  double loss = 0.0;
  double grad_norm = 0.0;  // before clipping
  double learning_rate = 0.0;
  bool is_finite = true;  // false: nothing was changed
  int64_t samples = 0;
  double seconds = 0.0;
  double wait_seconds = 0.0;       // of `seconds`, spent waiting for data
  double peer_seconds = 0.0;       // of `seconds`, spent waiting for other processes
  std::vector<NamedNumber> parts;  // only on logging steps
};

// What the loop reports to; the run's own services.
class LoopObserver {
 public:
  virtual ~LoopObserver() = default;
  // After each step, with the progress of that step still in place.
  virtual void on_step(const Progress& progress, const StepReport& report) = 0;
  // At each step boundary; `progress` is that of the next step. Saves where it is time to.
  virtual void on_boundary(const Progress& progress, const StepReport& report) = 0;
  // After a step that was skipped because it was not finite.
  virtual void on_skipped_step(const SkippedStep& skipped) = 0;
  virtual void on_epoch(const Progress& finished, double mean_loss) = 0;
  virtual void on_task_numbers(const Progress& progress, const std::vector<NamedNumber>& numbers) = 0;
  // Number of the signal that asks the run to stop, 0 for none.
  virtual int stop_signal() = 0;
  // Where to go back to after a run has diverged, for the message.
  virtual std::string last_good_checkpoint() const = 0;
};

struct LoopConfig {
  TrainConfig train;
  int64_t log_every_steps = 10;
  double clip_grad = 0.0;                                // 0: no clipping
  std::function<double(const Progress&)> learning_rate;  // a pure function of the step
  ProcessGroup* group = nullptr;                         // null: this process is alone
};

// Too many steps were not finite, and train.on_non_finite asks for a return to a checkpoint that lies before them. All
// processes throw it after the same step.
class Diverged : public Error {
 public:
  Diverged(const std::string& message, int64_t first_step, int64_t skipped_steps)
      : Error(ExitCode::kNotFinite, message), first_step_(first_step), skipped_steps_(skipped_steps) {}
  // The first of the steps (from 0); a checkpoint of up to this step lies before them.
  int64_t first_step() const { return first_step_; }
  // Of the whole run.
  int64_t skipped_steps() const { return skipped_steps_; }

 private:
  int64_t first_step_;
  int64_t skipped_steps_;
};

// Trains from `progress` until `progress.total_steps`, or until a signal asks to stop; returns that signal or 0.
// Throws an Error with exit code 6, or Diverged, when too many steps had a loss or gradient that is not finite.
class TrainingLoop {
 public:
  TrainingLoop(LoopConfig config, TrainTask& task, ParameterUpdater& updater, GradScaler& scaler,
               LoopObserver& observer);

  int run(Progress& progress);

 private:
  StepReport step(Progress& progress);
  // Fetch, forward and backward of every micro-batch of the step.
  StepReport gather_gradients(const Progress& progress, bool is_logging_step);
  // Sums the report over the processes; then all of them know the same.
  void agree(StepReport* report);
  int stop_signal();
  void enter(const char* phase, bool has_limit = true);
  void skip(Progress& progress, const StepReport& report);
  SkippedStep describe_skip(const Progress& progress, const StepReport& report) const;

  LoopConfig config_;
  TrainTask& task_;
  ParameterUpdater& updater_;
  GradScaler& scaler_;
  LoopObserver& observer_;
  int agreed_signal_ = 0;  // of the processes, when the step's gradients were summed
  InjectedFaults faults_ = InjectedFaults::from_environment();
  // What a forward pass had and gave.
  struct Pass {
    std::vector<uint64_t> positions;
    std::vector<int64_t> indices;
    torch::Tensor loss;
  };
  std::vector<Pass> passes_;  // of the step in this process, to tell what one consisted of that is not finite
};

}  // namespace itpn
