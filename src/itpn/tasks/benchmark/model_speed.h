// How fast this machine runs a model, as a share of what its matrix products allow. Steps and products take turns,
// because the speed of a shared machine drifts.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "itpn/core/image_size.h"
#include "itpn/core/stopwatch.h"
#include "itpn/engine/parameter_updater.h"
#include "itpn/engine/profile.h"

namespace itpn {

struct SpeedConfig {
  std::string preset = "itpn-base";
  std::string precision = "bf16";  // or fp32, or fp16 on a GPU
  std::string device = "auto";
  int64_t batch_size = 8;
  ImageSize image_size = 224;
  int64_t threads = 0;  // 0: as LibTorch finds them
  int64_t steps = 3;    // of one window
  int64_t windows = 5;
  int64_t warmup_steps = 2;
  std::string profile = {};  // after the windows, steps are recorded and written to this file; "": none
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
  int64_t peak_device_bytes = 0;  // of an accelerator's memory
  std::vector<ProfileRow> profile;
  double last_loss = 0.0;
};

// A step of the model, which ends each of its phases on the clock and returns its loss, or any number that depends on
// all its work.
using BenchmarkedStep = std::function<double(PhaseClock&)>;

// What follows the forward pass of a training step: backward, norm, update, each a phase of the clock. On an
// accelerator the host waits once a step, as in training (engine/training_loop.h), so there are only two: the wait,
// with the forward pass, and the queueing of the update. Returns the loss; throws c10::Error where the gradient is not
// finite.
double finish_training_step(const at::Tensor& loss, ParameterUpdater& updater, PhaseClock& clock,
                            const std::function<void()>& update_average);

// Where the model computes, and the type of its matrix products.
struct Measured {
  torch::Device device;
  at::ScalarType dtype;
};

// Sets the threads and the numeric switches. To be called before the model is made. Throws usage_error for a device or
// a precision that does not exist.
Measured prepare_measurement(const SpeedConfig& config);

// Warms up, then times config.windows windows of steps. `image_gflop` is what a picture costs, in thousand million
// floating-point operations.
ModelSpeed measure_speed(const SpeedConfig& config, const Measured& measured, double image_gflop,
                         const BenchmarkedStep& step);

std::string to_json(const ModelSpeed& speed);
// A few lines for a reader.
std::string to_text(const ModelSpeed& speed);

}  // namespace itpn
