#include "itpn/engine/run_recorder.h"

#include <fmt/format.h>

#include <cmath>

#include "itpn/core/log.h"
#include "itpn/core/signals.h"
#include "itpn/core/words.h"
#include "itpn/engine/device.h"

namespace itpn {
namespace {

constexpr int64_t kQuietSteps = 100;  // a spike so soon after another one is no news

// Epochs done after `step` steps, as a fraction.
double epochs_done(const Progress& progress, int64_t step) {
  return static_cast<double>(step) / static_cast<double>(progress.steps_per_epoch);
}

double epochs_done(const Progress& progress) { return epochs_done(progress, progress.step + 1); }

}  // namespace

RunRecorder::RunRecorder(const Parts& parts, const Progress& start)
    : parts_(parts),
      bar_({.label = parts.label, .total = start.total_steps, .unit = "steps", .start = start.step}),
      spikes_(parts.log.spike_factor),
      seconds_before_(start.counters.trained_seconds) {}

void RunRecorder::on_step(const Progress& progress, const StepReport& report) {
  window_.samples += report.samples;
  window_.seconds += report.seconds;
  window_.wait_seconds += report.wait_seconds;
  window_.peer_seconds += report.peer_seconds;
  bar_.update(progress.step + 1, fmt::format("loss {:.4f}", report.loss), report.wait_seconds / report.seconds);
  const bool is_striking = !report.is_finite || is_spike(progress, report);
  if (is_logged(progress, parts_.log.every_steps) || is_striking) {
    write_line(progress, report);
  } else {
    unlogged_ = Unlogged{progress, report};
  }
}

void RunRecorder::on_stop() {
  if (unlogged_) write_line(unlogged_->progress, unlogged_->report);
}

bool RunRecorder::is_spike(const Progress& progress, const StepReport& report) {
  const std::optional<double> usual = spikes_.observe(report.loss);
  if (!usual) return false;
  const bool is_news = warned_step_ < 0 || progress.step - warned_step_ > kQuietSteps;
  warned_step_ = progress.step;
  if (is_news) {
    log::warning(fmt::format(
        "step {}: the loss {:.4g} is {:.1f} times the median of the steps before ({:.4g}). If it does not come "
        "back, take a smaller learning rate or set optim.clip_grad; last good checkpoint: {}",
        progress.step + 1, report.loss, report.loss / *usual, *usual, last_good_checkpoint()));
  }
  return true;
}

void RunRecorder::write_line(const Progress& progress, const StepReport& report) {
  std::vector<NamedNumber> numbers = {{"loss", report.loss}};
  numbers.insert(numbers.end(), report.parts.begin(), report.parts.end());
  numbers.insert(numbers.end(), {{"lr", report.learning_rate},
                                 {"grad_norm", report.grad_norm},
                                 {"images_per_s", static_cast<double>(window_.samples) / window_.seconds},
                                 {"data_wait", window_.wait_seconds / window_.seconds},
                                 {"memory", static_cast<double>(peak_memory_bytes(parts_.device))},
                                 {"skipped_steps", static_cast<double>(progress.counters.skipped_steps)}});
  if (window_.save_seconds) numbers.emplace_back("save_stall", *window_.save_seconds);
  if (parts_.reduced_bytes > 0) {
    numbers.emplace_back("peer_wait", window_.peer_seconds / window_.seconds);
    numbers.emplace_back("reduced_bytes", static_cast<double>(parts_.reduced_bytes));
  }
  if (progress.scaler.scale != 65536.0) numbers.emplace_back("loss_scale", progress.scaler.scale);
  parts_.metrics.write(progress.step + 1, epochs_done(progress), numbers);
  window_ = {};
  unlogged_.reset();
}

void RunRecorder::on_epoch(const Progress& finished, double mean_loss) {
  parts_.metrics.write(finished.step + 1, epochs_done(finished), {{"epoch_loss", mean_loss}});
  log::info(fmt::format("epoch {}: mean loss {:.4f} over {}", finished.epoch + 1, mean_loss,
                        count_of(finished.epoch_loss_count, "step")));
}

void RunRecorder::on_task_numbers(const Progress& progress, const std::vector<NamedNumber>& numbers) {
  if (!numbers.empty()) parts_.metrics.write(progress.step + 1, epochs_done(progress), numbers);
}

void RunRecorder::on_end(const Progress& progress, const std::vector<NamedNumber>& numbers) {
  if (!numbers.empty()) parts_.metrics.write(progress.step, epochs_done(progress, progress.step), numbers);
}

void RunRecorder::on_boundary(const Progress& progress, const StepReport& report) {
  parts_.checkpointer.poll();
  const bool is_asked = take_usr1();
  if (is_asked) log::info(fmt::format("SIGUSR1: saving a checkpoint after step {}", progress.step));
  // Weights that have just given a loss that is not finite must not push good checkpoints out.
  const bool is_due = is_asked || (report.is_finite && parts_.checkpointer.is_due(progress));
  const Stopwatch watch;
  if (parts_.prepare_save) parts_.prepare_save(is_due);
  if (!is_due) return;
  parts_.checkpointer.save(stamped(progress));
  window_.save_seconds = window_.save_seconds.value_or(0.0) + watch.seconds();
}

void RunRecorder::on_skipped_step(const SkippedStep& skipped) {
  parts_.directory.note_skipped_step(skipped.step, parts_.processes);
  write_skipped_step(posix_fs(), parts_.directory.skipped_step_file(skipped.step), skipped);
}

void SilentObserver::on_skipped_step(const SkippedStep& skipped) {
  write_skipped_step(posix_fs(), directory_.skipped_step_file(skipped.step, rank_), skipped);
}

int RunRecorder::stop_signal() { return pending_signal(); }
int SilentObserver::stop_signal() { return pending_signal(); }

Progress RunRecorder::stamped(Progress progress) const {
  progress.metrics_bytes = parts_.metrics.size();
  progress.counters.trained_seconds = seconds_before_ + since_start_.seconds();
  return progress;
}

std::string RunRecorder::last_good_checkpoint() const {
  const std::string& path = parts_.checkpointer.last_good();
  return path.empty() ? "none" : path;
}

void RunRecorder::finish(const Progress& progress) {
  bar_.finish();
  parts_.checkpointer.finish(stamped(progress));
}

}  // namespace itpn
