// Vectors of 16 floats, which the compiler maps to whatever the flags of the including file allow: one source for every
// instruction set. Include it only from files that a run-time dispatcher stands in front of. Everything here has
// internal linkage: a copy for one instruction set must never serve another. bf16 values are uint16_t.
#pragma once

#include <cstdint>
#include <cstring>

namespace itpn::simd {
namespace {

constexpr int64_t kLanes = 16;
using Floats = float __attribute__((vector_size(4 * kLanes)));
using Ints = int32_t __attribute__((vector_size(4 * kLanes)));
using Words = uint32_t __attribute__((vector_size(4 * kLanes)));
using Halves = uint16_t __attribute__((vector_size(2 * kLanes)));

// How much of a vector lies in memory: all of it, or its first `count` lanes (the others read as 0).
struct Whole {
  static constexpr int64_t count = kLanes;
};
struct Part {
  int64_t count;
};

// Calls body(i, Whole or Part) for consecutive vectors that cover [0, width).
template <class Body>
[[gnu::always_inline]] inline void sweep(int64_t width, Body body) {
  int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) body(i, Whole{});
  if (i < width) body(i, Part{width - i});
}

[[gnu::always_inline]] inline Floats widen(Halves half) {
  return reinterpret_cast<Floats>(__builtin_convertvector(half, Words) << 16);
}

// To bf16, nearest even; not-a-number stays one.
[[gnu::always_inline]] inline Halves narrow(Floats x) {
  const Words bits = reinterpret_cast<Words>(x);
  const Words rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  const Words is_nan = reinterpret_cast<Words>(x != x);
  return __builtin_convertvector((rounded & ~is_nan) | (is_nan & 0x7FC0), Halves);
}

template <class V, class T, class Extent>
[[gnu::always_inline]] inline V load_raw(const T* from, Extent extent) {
  V x = {};
  std::memcpy(&x, from, static_cast<size_t>(extent.count) * sizeof(T));
  return x;
}

template <class Extent>
[[gnu::always_inline]] inline Floats load(const float* from, Extent extent) {
  return load_raw<Floats>(from, extent);
}
template <class Extent>
[[gnu::always_inline]] inline Floats load(const uint16_t* from, Extent extent) {
  return widen(load_raw<Halves>(from, extent));
}
template <class T>
[[gnu::always_inline]] inline Floats load(const T* from) {
  return load(from, Whole{});
}

template <class Extent>
[[gnu::always_inline]] inline void store(float* to, Floats x, Extent extent) {
  std::memcpy(to, &x, static_cast<size_t>(extent.count) * sizeof(float));
}
template <class Extent>
[[gnu::always_inline]] inline void store(uint16_t* to, Floats x, Extent extent) {
  const Halves half = narrow(x);
  std::memcpy(to, &half, static_cast<size_t>(extent.count) * sizeof(uint16_t));
}
template <class T>
[[gnu::always_inline]] inline void store(T* to, Floats x) {
  store(to, x, Whole{});
}

[[gnu::always_inline]] inline Floats splat(float value) { return Floats{} + value; }

[[gnu::always_inline]] inline Floats root(Floats x) {
  for (int64_t lane = 0; lane < kLanes; ++lane) x[lane] = __builtin_sqrtf(x[lane]);
  return x;
}

[[gnu::always_inline]] inline Floats larger(Floats a, Floats b) { return a > b ? a : b; }

// Lanes beyond the extent become `filler`.
[[gnu::always_inline]] inline Floats keep(Floats x, Whole, float) { return x; }
[[gnu::always_inline]] inline Floats keep(Floats x, Part part, float filler) {
  constexpr Ints kIndex = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return kIndex < static_cast<int32_t>(part.count) ? x : splat(filler);
}

// Pairwise over the lanes, the same order everywhere.
[[gnu::always_inline]] inline float sum_of_lanes(Floats x) {
  for (int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (int64_t lane = 0; lane < half; ++lane) x[lane] += x[lane + half];
  }
  return x[0];
}
[[gnu::always_inline]] inline float largest_lane(Floats x) {
  float most = x[0];
  for (int64_t lane = 1; lane < kLanes; ++lane) most = x[lane] > most ? x[lane] : most;
  return most;
}

// e^x to about 1 ulp for x <= 88; below -87 it is e^-87, which no sum here can tell from 0.
[[gnu::always_inline]] inline Floats exponential(Floats x) {
  constexpr float kLog2E = 1.44269504088896341F, kLn2High = 0.693359375F, kLn2Low = -2.12194440e-4F;
  constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
  x = larger(x, splat(-87.0F));
  const Floats shifted = x * kLog2E + kRounder;
  const Floats n = shifted - kRounder;
  const Floats r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln 2 / 2
  Floats p = splat(1.9875691500e-4F);
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const Words exponent = reinterpret_cast<Words>(shifted) << 23;  // the integer part, moved to where exponents lie
  return reinterpret_cast<Floats>(reinterpret_cast<Words>(p) + exponent);
}

}  // namespace
}  // namespace itpn::simd
