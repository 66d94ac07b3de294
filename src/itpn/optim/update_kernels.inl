// Bodies of the update loops in vectors of 16 floats, which the compiler maps to whatever the including file's flags
// allow. Everything here has internal linkage: a copy for one instruction set must never serve another.
#pragma once

#include <cstdint>
#include <cstring>

#include "itpn/optim/update_kernels.h"

namespace itpn {
namespace {

constexpr int64_t kLanes = 16;
using Floats = float __attribute__((vector_size(4 * kLanes)));
using Words = uint32_t __attribute__((vector_size(4 * kLanes)));
using Halves = uint16_t __attribute__((vector_size(2 * kLanes)));

inline Floats load(const float* from) {
  Floats x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

inline Floats load(const uint16_t* from) {
  Halves half;
  std::memcpy(&half, from, sizeof half);
  return reinterpret_cast<Floats>(__builtin_convertvector(half, Words) << 16);
}

inline void store(float* to, Floats x) { std::memcpy(to, &x, sizeof x); }

// To bf16, nearest even; not-a-number stays one.
inline void store(uint16_t* to, Floats x) {
  const Words bits = reinterpret_cast<Words>(x);
  const Words rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  const Words is_nan = reinterpret_cast<Words>(x != x);
  const Halves half = __builtin_convertvector((rounded & ~is_nan) | (is_nan & 0x7FC0), Halves);
  std::memcpy(to, &half, sizeof half);
}

inline Floats root(Floats x) {
  for (int64_t lane = 0; lane < kLanes; ++lane) x[lane] = __builtin_sqrtf(x[lane]);
  return x;
}

template <class Gradient>
inline void adamw_vector(const AdamWSpan<Gradient>& at, int64_t i, const AdamWFactors& f) {
  const Floats g = load(at.gradient + i) * f.gradient;
  const Floats m = load(at.exp_avg + i) * f.beta1 + g * (1.0F - f.beta1);
  const Floats v = load(at.exp_avg_sq + i) * f.beta2 + g * g * (1.0F - f.beta2);
  const Floats p = load(at.master + i) * f.keep - f.step * m / (root(v) * f.root_scale + f.eps);
  store(at.exp_avg + i, m);
  store(at.exp_avg_sq + i, v);
  store(at.master + i, p);
  if (at.rounded) store(at.rounded + i, p);
}

// The last few entries go through buffers of one vector, so that they are computed exactly as all others.
template <class Gradient>
inline void adamw_tail(const AdamWSpan<Gradient>& at, int64_t begin, const AdamWFactors& f) {
  const auto left = static_cast<size_t>(at.count - begin);
  Gradient g[kLanes] = {};
  float p[kLanes] = {}, m[kLanes] = {}, v[kLanes] = {};
  uint16_t rounded[kLanes];
  std::memcpy(g, at.gradient + begin, left * sizeof(Gradient));
  std::memcpy(p, at.master + begin, left * sizeof(float));
  std::memcpy(m, at.exp_avg + begin, left * sizeof(float));
  std::memcpy(v, at.exp_avg_sq + begin, left * sizeof(float));
  adamw_vector<Gradient>({g, p, m, v, rounded, kLanes}, 0, f);
  std::memcpy(at.master + begin, p, left * sizeof(float));
  std::memcpy(at.exp_avg + begin, m, left * sizeof(float));
  std::memcpy(at.exp_avg_sq + begin, v, left * sizeof(float));
  if (at.rounded) std::memcpy(at.rounded + begin, rounded, left * sizeof(uint16_t));
}

template <class Gradient>
void adamw(const AdamWSpan<Gradient>& at, const AdamWFactors& f) {
  int64_t i = 0;
  for (; i + kLanes <= at.count; i += kLanes) adamw_vector(at, i, f);
  if (i < at.count) adamw_tail(at, i, f);
}

void ema(const EmaSpan& at, float decay) {
  const float rest = 1.0F - decay;
  int64_t i = 0;
  for (; i + kLanes <= at.count; i += kLanes) {
    const Floats average = load(at.average + i) * decay + load(at.value + i) * rest;
    store(at.average + i, average);
    if (at.rounded) store(at.rounded + i, average);
  }
  if (i == at.count) return;
  const auto left = static_cast<size_t>(at.count - i);
  float value[kLanes] = {}, average[kLanes] = {};
  uint16_t rounded[kLanes];
  std::memcpy(value, at.value + i, left * sizeof(float));
  std::memcpy(average, at.average + i, left * sizeof(float));
  ema({value, average, rounded, kLanes}, decay);
  std::memcpy(at.average + i, average, left * sizeof(float));
  if (at.rounded) std::memcpy(at.rounded + i, rounded, left * sizeof(uint16_t));
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
