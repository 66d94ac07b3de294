// How fast this machine pre-trains, as a share of what its matrix products allow.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace itpn {

struct PretrainBenchmarkConfig {
  std::string preset = "itpn-base";
  std::string precision = "bf16";  // or fp32
  int64_t batch_size = 8;
  int64_t image_size = 224;
  int64_t threads = 0;  // 0: as LibTorch finds them
  bool mfm = false;     // with a teacher and its moving average
  int64_t steps = 3;    // of one window
  int64_t windows = 5;  // steps and matrix products take turns, because the speed of a shared machine drifts
  int64_t warmup_steps = 2;
};

// Seconds of one step by phase.
struct PhaseSeconds {
  double forward = 0.0, backward = 0.0, norm = 0.0, update = 0.0;
  double total() const { return forward + backward + norm + update; }
};

struct PretrainBenchmark {
  PretrainBenchmarkConfig config;         // with the threads that were used
  double images_per_second = 0.0;         // median over windows
  double worst = 0.0, best = 0.0;         // window
  double gemm_gflops = 0.0;               // median over windows of the fastest shape
  std::string gemm_shape;                 // that shape, M x K x N
  double image_gflop = 0.0;               // of one picture: forward and twice as much backward, 2 a multiply-accumulate
  double fraction_of_gemm_ceiling = 0.0;  // median over windows of images/s * image_gflop / gemm_gflops
  double cpu_use = 0.0;                   // busy cores during the steps; below `threads` the machine was shared
  PhaseSeconds phases;                    // mean of all timed steps
  int64_t peak_rss_bytes = 0;
  double last_loss = 0.0;
};

// Floating-point operations of one picture's forward and backward pass, in thousand millions.
double pretraining_gflop(const PretrainBenchmarkConfig& config);

// Measures on pictures of noise in memory. Throws usage_error for a preset or precision that does not exist.
PretrainBenchmark benchmark_pretrain(const PretrainBenchmarkConfig& config);

std::string to_json(const PretrainBenchmark& result);
// A few lines for a reader.
std::string to_text(const PretrainBenchmark& result);

}  // namespace itpn
