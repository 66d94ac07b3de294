#include "itpn/core/step_watchdog.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/signals.h"
#include "itpn/core/stopwatch.h"

namespace itpn {

StepWatchdog::StepWatchdog(double timeout_seconds) : timeout_(timeout_seconds) {
  thread_ = std::thread([this] {
    block_signals_in_this_thread();
    watch();
  });
}

StepWatchdog::~StepWatchdog() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void StepWatchdog::enter(const char* phase, bool has_limit) {
  const std::lock_guard lock(mutex_);
  phase_ = phase;
  has_limit_ = has_limit;
  phase_seconds_ = 0.0;
}

void StepWatchdog::set_step(int64_t step) {
  const std::lock_guard lock(mutex_);
  step_ = step;
}

void StepWatchdog::watch() {
  const double interval = std::clamp(timeout_ / 10.0, 0.05, 1.0);
  std::unique_lock lock(mutex_);
  for (Stopwatch watch; !wake_.wait_for(lock, std::chrono::duration<double>(interval), [&] { return stops_; });) {
    // A process that was stopped (Ctrl-Z, a suspended machine) must not take that for a hang when it goes on.
    phase_seconds_ += std::min(watch.seconds(), 2.0 * interval);
    watch.restart();
    if (!has_limit_ || phase_seconds_ < timeout_) continue;
    log::error(
        fmt::format("a step hangs: step {} has been in \"{}\" for more than {} s (distributed.timeout_seconds). The "
                    "newest checkpoint is whole: go on with --resume auto once the cause is found",
                    step_ + 1, phase_, timeout_));
    _exit(static_cast<int>(ExitCode::kTimeout));
  }
}

}  // namespace itpn
