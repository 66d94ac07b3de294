// Ends a run that hangs, where there is no other process to notice it: a file system that does not answer, a device
// that never finishes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace itpn {

class StepWatchdog {
 public:
  // Starts a thread that looks several times within the timeout.
  explicit StepWatchdog(double timeout_seconds);
  ~StepWatchdog();
  StepWatchdog(const StepWatchdog&) = delete;
  StepWatchdog& operator=(const StepWatchdog&) = delete;

  // What the process does from now on, a literal. A phase with a limit that lasts longer than the timeout ends the
  // process with exit code 8, after a line that names it. Time in which the whole process was stopped does not count.
  void enter(const char* phase, bool has_limit);
  void set_step(int64_t step);

 private:
  void watch();

  const double timeout_;
  std::mutex mutex_;  // of everything below
  std::condition_variable wake_;
  const char* phase_ = "start";
  bool has_limit_ = false;
  int64_t step_ = 0;
  double phase_seconds_ = 0.0;
  bool stops_ = false;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace itpn
