// Bodies of the update loops.
#pragma once

#include "itpn/core/simd.inl"
#include "itpn/optim/update_kernels.h"

namespace itpn {
namespace {

using namespace simd;  // NOLINT: both namespaces are internal to the including file

template <class Gradient>
void adamw(const AdamWSpan<Gradient>& a, const AdamWFactors& f) {
  sweep(a.count, [&](int64_t i, auto n) {
    const Floats g = load(a.gradient + i, n) * f.gradient;
    const Floats m = load(a.exp_avg + i, n) * f.beta1 + g * (1.0F - f.beta1);
    const Floats v = load(a.exp_avg_sq + i, n) * f.beta2 + g * g * (1.0F - f.beta2);
    const Floats p = load(a.master + i, n) * f.keep - f.step * m / (root(v) * f.root_scale + f.eps);
    store(a.exp_avg + i, m, n);
    store(a.exp_avg_sq + i, v, n);
    store(a.master + i, p, n);
    if (a.rounded) store(a.rounded + i, p, n);
  });
}

void ema(const EmaSpan& a, float decay) {
  sweep(a.count, [&](int64_t i, auto n) {
    const Floats average = load(a.average + i, n) * decay + load(a.value + i, n) * (1.0F - decay);
    store(a.average + i, average, n);
    if (a.rounded) store(a.rounded + i, average, n);
  });
}

// Short runs are added in fp32, the runs in double: as exact as needed, and the additions do not wait for each other.
template <class Value>
double sum_of_squares(const Value* values, int64_t count) {
  constexpr int64_t kRun = 32 * kLanes;
  double total = 0.0;
  int64_t i = 0;
  while (i + 2 * kLanes <= count) {
    const int64_t end = i + kRun < count ? i + kRun : count;
    Floats even = {}, odd = {};
    for (; i + 2 * kLanes <= end; i += 2 * kLanes) {
      const Floats a = load(values + i), b = load(values + i + kLanes);
      even += a * a;
      odd += b * b;
    }
    const Floats both = even + odd;
    for (int64_t lane = 0; lane < kLanes; ++lane) total += static_cast<double>(both[lane]);
  }
  if (i == count) return total;
  Value rest[2 * kLanes] = {};
  std::memcpy(rest, values + i, static_cast<size_t>(count - i) * sizeof(Value));
  return total + sum_of_squares(rest, 2 * kLanes);
}

constexpr UpdateKernels kKernels = {adamw<float>, adamw<uint16_t>, ema, sum_of_squares<float>,
                                    sum_of_squares<uint16_t>};

}  // namespace
}  // namespace itpn
