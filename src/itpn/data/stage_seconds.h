// Where the time of the loader's threads goes.
#pragma once

#include <chrono>

namespace itpn {

// In seconds.
struct StageSeconds {
  double read = 0.0;
  double decode = 0.0;
  double resize = 0.0;
  double augment = 0.0;
  double rest = 0.0;
  void add(const StageSeconds& other) {
    read += other.read;
    decode += other.decode;
    resize += other.resize;
    augment += other.augment;
    rest += other.rest;
  }
  double total() const { return read + decode + resize + augment + rest; }
};

// Adds the time since the last lap to a counter.
class Laps {
 public:
  void end(double& seconds) {
    const auto now = std::chrono::steady_clock::now();
    seconds += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace itpn
