#include "itpn/engine/training_loop.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/stopwatch.h"
#include "itpn/engine/distributed.h"

namespace itpn {
namespace {

// Factor on the gradients that undoes the loss scale and brings their norm down to `limit` (0: no limit), as
// min(1, limit / (norm + 1e-6)).
double gradient_factor(double inverse_scale, double norm, double limit) {
  if (limit <= 0.0) return inverse_scale;
  return inverse_scale * std::min(1.0, limit / (norm + 1e-6));
}

// What the processes may be asked to stop by; the first one that any of them got counts.
constexpr std::array<int, 3> kStopSignals = {SIGTERM, SIGINT, SIGHUP};

// Adds a micro-batch's share to each named sum, in fp64 on the device.
void add_parts(std::vector<std::pair<std::string, torch::Tensor>>* sums, const StepLosses& losses, double share) {
  if (sums->empty()) {
    for (const auto& [name, value] : losses.parts) sums->emplace_back(name, value.detach().to(torch::kDouble) * share);
    return;
  }
  for (size_t i = 0; i < sums->size(); ++i) (*sums)[i].second += losses.parts[i].second.detach() * share;
}

}  // namespace

TrainingLoop::TrainingLoop(LoopConfig config, TrainTask& task, ParameterUpdater& updater, GradScaler& scaler,
                           LoopObserver& observer)
    : config_(std::move(config)), task_(task), updater_(updater), scaler_(scaler), observer_(observer) {}

int TrainingLoop::run(Progress& progress) {
  scaler_.restore(progress.scaler);
  while (progress.step < progress.total_steps) {
    const StepReport report = step(progress);
    enter("logs, checkpoint, validation or pictures", /*has_limit=*/false);
    observer_.on_step(progress, report);
    const Progress finished = progress;
    const bool epoch_ended = progress.advance(report.samples);
    if (epoch_ended) observer_.on_epoch(finished, finished.mean_epoch_loss());
    observer_.on_task_numbers(finished, task_.after_step(progress, epoch_ended));
    observer_.on_boundary(progress, report);
    if (const int signal = stop_signal()) return signal;
  }
  return 0;
}

void TrainingLoop::enter(const char* phase, bool has_limit) {
  if (config_.group) config_.group->enter(phase, has_limit);
}

int TrainingLoop::stop_signal() {
  return config_.group && !config_.group->is_alone() ? agreed_signal_ : observer_.stop_signal();
}

void TrainingLoop::agree(StepReport* report) {
  if (!config_.group || config_.group->is_alone()) return;
  const int signal = observer_.stop_signal();
  std::vector<double> numbers = {report->loss, report->is_finite ? 0.0 : 1.0, report->wait_seconds};
  for (const int known : kStopSignals) numbers.push_back(signal == known ? 1.0 : 0.0);
  for (const auto& [name, value] : report->parts) numbers.push_back(value);
  const std::vector<double> sums = config_.group->sum(numbers);
  const int64_t processes = config_.group->size();
  report->loss = sums[0];
  report->is_finite = sums[1] == 0.0;
  report->wait_seconds = sums[2] / static_cast<double>(processes);
  report->samples *= processes;
  for (size_t i = 0; i < kStopSignals.size(); ++i) {
    if (agreed_signal_ == 0 && sums[3 + i] > 0.0) agreed_signal_ = kStopSignals[i];
  }
  for (size_t i = 0; i < report->parts.size(); ++i) report->parts[i].second = sums[3 + kStopSignals.size() + i];
}

StepReport TrainingLoop::step(Progress& progress) {
  const Stopwatch watch;
  const double waited_before = config_.group ? config_.group->waited_seconds() : 0.0;
  if (config_.group) config_.group->set_step(progress.step);
  const bool is_logging_step = is_logged(progress, config_.log_every_steps);
  StepReport report = gather_gradients(progress, is_logging_step);
  agree(&report);
  enter("update");
  report.learning_rate = config_.learning_rate(progress);
  if (report.is_finite) {
    const double factor = gradient_factor(1.0 / scaler_.scale(), report.grad_norm, config_.clip_grad);
    updater_.apply({report.learning_rate, factor});
    ++progress.updates;
    progress.epoch_loss_sum += report.loss;
    ++progress.epoch_loss_count;
    progress.last_loss = report.loss;
    scaler_.update(true);
    task_.after_update(progress);
  } else {
    skip(progress, report);
  }
  progress.scaler = scaler_.state();
  report.seconds = watch.seconds();
  if (config_.group) report.peer_seconds = config_.group->waited_seconds() - waited_before;
  return report;
}

StepReport TrainingLoop::gather_gradients(const Progress& progress, bool is_logging_step) {
  const int64_t micro_batches = config_.train.accumulation();
  const double share = 1.0 / static_cast<double>(micro_batches * config_.train.processes);
  // Faults strike until the run has gone back to a checkpoint.
  const InjectedFaults faults = progress.counters.rewinds > 0 ? InjectedFaults() : faults_;
  faults.strike(progress.step + 1, config_.train.rank);
  const double loss_factor = faults.loss_factor(progress.step + 1, config_.train.rank);
  const double gradient_factor = faults.gradient_factor(progress.step + 1, config_.train.rank);
  StepReport report;
  torch::Tensor loss;
  std::vector<std::pair<std::string, torch::Tensor>> parts;
  passes_.clear();
  updater_.begin_step();
  for (int64_t i = 0; i < micro_batches; ++i) {
    enter("data");
    const BatchHead& batch = task_.fetch();
    enter("forward and backward");
    report.samples += batch.count;
    report.wait_seconds += batch.wait_seconds;
    StepLosses losses = task_.forward();
    if (loss_factor != 1.0) losses.total = losses.total * loss_factor;
    if (i + 1 == micro_batches) updater_.expect_last();
    (losses.total * (share * scaler_.scale() * gradient_factor)).backward();
    updater_.add_gradients();
    passes_.push_back({batch.positions, batch.indices, losses.total.detach()});
    const torch::Tensor term = passes_.back().loss.to(torch::kDouble) * share;
    loss = loss.defined() ? loss + term : term;
    if (is_logging_step) add_parts(&parts, losses, share);
  }
  updater_.finish_gradients();
  // The one place where the host waits for the device: the step must not change anything unless both are finite.
  std::vector<torch::Tensor> numbers = {loss, updater_.gradient_norm().to(torch::kDouble) / scaler_.scale()};
  for (const auto& [name, sum] : parts) numbers.push_back(sum);
  const torch::Tensor host = torch::stack(numbers).cpu();
  report.loss = host[0].item<double>();
  report.grad_norm = host[1].item<double>();
  report.is_finite = std::isfinite(report.loss) && std::isfinite(report.grad_norm);
  for (size_t i = 0; i < parts.size(); ++i) {
    report.parts.emplace_back(parts[i].first, host[static_cast<int64_t>(2 + i)].item<double>());
  }
  return report;
}

void TrainingLoop::skip(Progress& progress, const StepReport& report) {
  updater_.discard();
  // With fp16 an overflow of the scaled gradient is how the scale finds its place: counted apart, by the scaler.
  const bool is_back_off = scaler_.can_back_off() && std::isfinite(report.loss);
  scaler_.update(false);
  if (is_back_off) return;
  RunCounters& counters = progress.counters;
  ++counters.skipped_steps;
  std::erase_if(counters.recent_skips, [&](int64_t step) { return step <= progress.step - config_.train.skip_window; });
  counters.recent_skips.push_back(progress.step);
  observer_.on_skipped_step(describe_skip(progress, report));
  log::warning(fmt::format("step {}: loss {} and gradient norm {}: step skipped, nothing changed ({} so far)",
                           progress.step + 1, report.loss, report.grad_norm, counters.skipped_steps));
  const auto recent = static_cast<int64_t>(counters.recent_skips.size());
  const std::string& policy = config_.train.on_non_finite;
  if (policy != "stop" && recent <= config_.train.max_skipped_steps) return;
  const std::string message = fmt::format(
      "step {}: loss {} and gradient norm {} are not finite, {} skipped steps within {} (train.max_skipped_steps = "
      "{}); last good checkpoint: {}; their pictures are listed in skipped_steps/. Take a smaller optim.blr, set "
      "optim.clip_grad, or train in fp32",
      progress.step + 1, report.loss, report.grad_norm, recent, config_.train.skip_window,
      config_.train.max_skipped_steps, observer_.last_good_checkpoint());
  if (policy == "rewind") throw Diverged(message, counters.recent_skips.front(), counters.skipped_steps);
  throw Error(ExitCode::kNotFinite, message);
}

SkippedStep TrainingLoop::describe_skip(const Progress& progress, const StepReport& report) const {
  SkippedStep skipped{progress.step + 1, progress.epoch, report.loss, report.grad_norm, {}, {}};
  for (const auto& [positions, indices, loss] : passes_) {
    const auto pass = static_cast<int64_t>(skipped.micro_losses.size());
    skipped.micro_losses.push_back(loss.item<double>());
    for (size_t place = 0; place < positions.size(); ++place) {
      skipped.samples.push_back({positions[place], task_.sample_name(indices.at(place)), pass});
    }
  }
  return skipped;
}

}  // namespace itpn
