// The rate of matrix products on this machine: the ceiling of every training step.
#pragma once

#include <ATen/core/ScalarType.h>
#include <c10/core/Device.h>

#include <string>

namespace itpn {

struct GemmRate {
  double gflops = 0.0;
  std::string shape;  // of the fastest, M x K x N
};

// The fastest of a few shapes that models use, each by the fastest routine this program knows; takes about a second,
// two where there are no instructions for `dtype`.
GemmRate measure_gemm_rate(at::ScalarType dtype, at::Device device = at::kCPU);

}  // namespace itpn
