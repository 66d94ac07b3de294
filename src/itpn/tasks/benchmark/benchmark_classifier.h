// How fast this machine fine-tunes a classifier, and how fast it predicts with one.
#pragma once

#include "itpn/tasks/benchmark/model_speed.h"

namespace itpn {

struct ClassifierBenchmarkConfig : SpeedConfig {
  bool relative_position_bias = true;  // as the published recipes fine-tune
  double layer_scale = 0.0;
  double drop_path = 0.0;
  bool ema = false;  // with an averaged model; fine-tuning only
};

// Floating-point operations of one picture's forward pass, in thousand millions.
double classification_gflop(const ClassifierBenchmarkConfig& config);

// Measures whole steps (soft targets, layer-wise learning rates, AdamW) on pictures of noise in memory. The share of
// the ceiling counts the branches that drop path leaves out as if they were computed. Throws usage_error for a preset
// or precision that does not exist.
ModelSpeed benchmark_finetune(const ClassifierBenchmarkConfig& config);

// The same for a forward pass without gradient.
ModelSpeed benchmark_predict(const ClassifierBenchmarkConfig& config);

}  // namespace itpn
