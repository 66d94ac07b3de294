// How fast this machine pre-trains.
#pragma once

#include "itpn/tasks/benchmark/model_speed.h"

namespace itpn {

struct PretrainBenchmarkConfig : SpeedConfig {
  bool mfm = false;  // with a teacher and its moving average
};

// Floating-point operations of one picture's forward and backward pass, in thousand millions.
double pretraining_gflop(const PretrainBenchmarkConfig& config);

// Measures whole steps on pictures of noise in memory. Throws usage_error for a preset or precision that does not
// exist.
ModelSpeed benchmark_pretrain(const PretrainBenchmarkConfig& config);

}  // namespace itpn
