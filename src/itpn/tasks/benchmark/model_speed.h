// How fast this machine runs a model, as a share of what its matrix products allow. Steps and products take turns,
// because the speed of a shared machine drifts.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "itpn/core/stopwatch.h"
#include "itpn/engine/parameter_updater.h"

namespace itpn {

struct SpeedConfig {
  std::string preset = "itpn-base";
  std::string precision = "bf16";  // or fp32
  int64_t batch_size = 8;
  int64_t image_size = 224;
  int64_t threads = 0;  // 0: as LibTorch finds them
  int64_t steps = 3;    // of one window
  int64_t windows = 5;
  int64_t warmup_steps = 2;
};

// Adds up the time of the phases of many steps.
class PhaseClock {
 public:
  struct Phase {
    std::string name;
    double seconds;
  };

  void start() { watch_.restart(); }
  // The time since start() or the last end() belongs to this phase.
  void end(const std::string& phase);
  // In the order in which they first ended.
  const std::vector<Phase>& phases() const { return phases_; }
  double total() const;

 private:
  Stopwatch watch_;
  std::vector<Phase> phases_;
};

struct ModelSpeed {
  std::string task;                                     // "pretrain", "finetune", "predict"
  SpeedConfig config;                                   // with the threads that were used
  std::vector<std::pair<std::string, double>> options;  // of the task
  double images_per_second = 0.0;                       // median over windows
  double worst = 0.0, best = 0.0;                       // window
  double gemm_gflops = 0.0;                             // median over windows of the fastest shape
  std::string gemm_shape;                               // that shape, M x K x N
  double image_gflop = 0.0;                             // of one picture, 2 a multiply-accumulate
  double fraction_of_gemm_ceiling = 0.0;                // median over windows of images/s * image_gflop / gemm_gflops
  double cpu_use = 0.0;                                 // busy cores; below `threads` the machine was shared
  double step_seconds = 0.0;                            // mean of all timed steps
  std::vector<std::pair<std::string, double>> phase_share;
  int64_t peak_rss_bytes = 0;
  double last_loss = 0.0;
};

// A step of the model, which ends each of its phases on the clock and returns its loss, or any number that depends on
// all its work.
using BenchmarkedStep = std::function<double(PhaseClock&)>;

// What follows the forward pass of a training step: backward, norm, update, each a phase of the clock. Returns the
// loss; throws c10::Error where the gradient is not finite.
double finish_training_step(const at::Tensor& loss, ParameterUpdater& updater, PhaseClock& clock,
                            const std::function<void()>& update_average);

// Sets the threads and returns the type of the matrix products. To be called before the model is made. Throws
// usage_error for a precision that does not exist.
at::ScalarType prepare_measurement(const SpeedConfig& config);

// Warms up, then times config.windows windows of steps. `image_gflop` is what a picture costs, in thousand million
// floating-point operations.
ModelSpeed measure_speed(const SpeedConfig& config, double image_gflop, const BenchmarkedStep& step);

std::string to_json(const ModelSpeed& speed);
// A few lines for a reader.
std::string to_text(const ModelSpeed& speed);

}  // namespace itpn
