// Stochastic depth (drop path) with given random numbers.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace itpn::ops {

// x (B, ...) of which each sample is kept where floor(keep + uniform) is 1 and divided by keep = 1 - rate; `uniform`
// (B) in [0, 1). The mean over the draws is x.
at::Tensor drop_path(const at::Tensor& x, double rate, const at::Tensor& uniform);

// The same decision as a list, for operations that do not compute what is dropped.
struct KeptSamples {
  std::vector<int64_t> samples;  // ascending
  double factor = 1.0;           // 1 / keep
};
KeptSamples kept_samples(double rate, const at::Tensor& uniform);

// The rates of `count` blocks in order: evenly spaced from 0 to `rate` in float32 steps, as the published models have
// it.
std::vector<double> drop_path_rates(double rate, int64_t count);

}  // namespace itpn::ops
