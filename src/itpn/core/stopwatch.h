// Durations by the steady clock: a change of the wall clock (summer time, NTP) never changes what a run does.
#pragma once

#include <chrono>

namespace itpn {

class Stopwatch {
 public:
  // Seconds since construction or the last restart.
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  // Starts again from zero; returns what had passed.
  double restart() {
    const auto now = Clock::now();
    const double passed = std::chrono::duration<double>(now - start_).count();
    start_ = now;
    return passed;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

}  // namespace itpn
