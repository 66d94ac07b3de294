// What a run leaves behind while it trains: lines of the logs, a progress bar, checkpoints.
#pragma once

#include <torch/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "itpn/core/progress.h"
#include "itpn/core/stopwatch.h"
#include "itpn/engine/checkpointer.h"
#include "itpn/engine/loss_spikes.h"
#include "itpn/engine/metrics_writer.h"
#include "itpn/engine/run_directory.h"
#include "itpn/engine/training_loop.h"

namespace itpn {

class RunRecorder : public LoopObserver {
 public:
  struct Parts {
    std::string label;  // of the progress bar
    const RunDirectory& directory;
    MetricsWriter& metrics;
    Checkpointer& checkpointer;
    LogConfig log;
    torch::Device device;
    int64_t processes = 1;
    int64_t reduced_bytes = 0;  // of gradients, a step sums over the processes
    // Where a checkpoint takes all processes: told at each boundary whether one is wanted, as the first process says.
    std::function<void(bool is_wanted)> prepare_save;
  };

  RunRecorder(const Parts& parts, const Progress& start);

  void on_step(const Progress& progress, const StepReport& report) override;
  void on_boundary(const Progress& progress, const StepReport& report) override;
  void on_skipped_step(const SkippedStep& skipped) override;
  void on_epoch(const Progress& finished, double mean_loss) override;
  void on_task_numbers(const Progress& progress, const std::vector<NamedNumber>& numbers) override;
  int stop_signal() override;
  std::string last_good_checkpoint() const override;

  // After a signal has ended the run: the last step has a line too.
  void on_stop();
  // Numbers measured after the last step, `progress` being that of a next one.
  void on_end(const Progress& progress, const std::vector<NamedNumber>& numbers);
  // Saves the state at the end, unless it has just been saved; returns when it is on the disk.
  void finish(const Progress& progress);

 private:
  // Since the last line of the logs.
  struct Window {
    int64_t samples = 0;
    double seconds = 0.0;
    double wait_seconds = 0.0;
    double peer_seconds = 0.0;
    std::optional<double> save_seconds;  // that training stood still for checkpoints, if any was taken
  };

  // The last step, where it has no line of the logs.
  struct Unlogged {
    Progress progress;
    StepReport report;
  };

  // `progress` as a checkpoint of now has it.
  Progress stamped(Progress progress) const;
  void write_line(const Progress& progress, const StepReport& report);
  // True for a step whose loss is far above those before; warns of the first one in a while.
  bool is_spike(const Progress& progress, const StepReport& report);

  Parts parts_;
  ProgressBar bar_;
  Window window_;
  std::optional<Unlogged> unlogged_;
  LossSpikes spikes_;
  int64_t warned_step_ = -1;  // the last spike that was warned of
  Stopwatch since_start_;
  double seconds_before_ = 0.0;  // trained before this process
};

// What the other processes of a run do instead: they listen to signals, and list the pictures of skipped steps.
class SilentObserver : public LoopObserver {
 public:
  SilentObserver(const RunDirectory& directory, int64_t rank, std::function<void(bool is_wanted)> prepare_save)
      : directory_(directory), rank_(rank), prepare_save_(std::move(prepare_save)) {}

  void on_step(const Progress&, const StepReport&) override {}
  void on_boundary(const Progress&, const StepReport&) override {
    if (prepare_save_) prepare_save_(false);
  }
  void on_skipped_step(const SkippedStep& skipped) override;
  void on_epoch(const Progress&, double) override {}
  void on_task_numbers(const Progress&, const std::vector<NamedNumber>&) override {}
  int stop_signal() override;
  std::string last_good_checkpoint() const override { return "as the first process says"; }

 private:
  const RunDirectory& directory_;
  int64_t rank_;
  std::function<void(bool)> prepare_save_;
};

}  // namespace itpn
