// The rate of matrix products on this machine: the ceiling of every training step.
#pragma once

#include <torch/types.h>

#include <string>

namespace itpn {

struct GemmRate {
  double gflops = 0.0;
  std::string shape;  // of the fastest, M x K x N
};

// How long a measurement may take, in seconds.
struct GemmTime {
  double each = 0.12;    // of one shape by one routine
  double longest = 0.5;  // a larger shape is left out where one product of it would take longer
};

// The fastest of a few shapes that models use, each by the fastest routine this program knows; takes about a second on
// the CPU, two where there are no instructions for `dtype`.
GemmRate measure_gemm_rate(at::ScalarType dtype, const torch::Device& device = torch::kCPU, const GemmTime& time = {});

}  // namespace itpn
