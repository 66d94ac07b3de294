// Bodies of RowKernels; see kernels.h for what each does.
#pragma once

#include "itpn/core/simd.inl"
#include "itpn/ops/cpu/kernels.h"

namespace itpn::cpu {
namespace {

using namespace simd;  // NOLINT: both namespaces are internal to the including file

struct Moments {
  float mean, rstd;
};

// Four partial sums, so that an addition need not wait for the one before it.
template <class Term>
inline float sum_over_row(int64_t width, Term term) {
  Floats sums[4] = {};
  int64_t which = 0;
  sweep(width, [&](int64_t i, auto extent) { sums[which++ & 3] += term(i, extent); });
  return sum_of_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

inline Moments moments_of(const float* x, int64_t width, float eps) {
  const float mean = sum_over_row(width, [&](int64_t i, auto n) { return load(x + i, n); }) / static_cast<float>(width);
  const float squares = sum_over_row(width, [&](int64_t i, auto n) {
    const Floats centred = keep(load(x + i, n) - mean, n, 0.0F);
    return centred * centred;
  });
  return {mean, 1.0F / __builtin_sqrtf(squares / static_cast<float>(width) + eps)};
}

template <class T>
void norm_forward(const NormForward<T>& a) {
  for (int64_t row = 0; row < a.rows.count; ++row) {
    const float* x = a.x + row * a.rows.width;
    T* out = a.out + row * a.rows.width;
    const auto [mean, rstd] = moments_of(x, a.rows.width, a.eps);
    sweep(a.rows.width, [&](int64_t i, auto n) {
      store(out + i, (load(x + i, n) - mean) * rstd * load(a.gamma + i, n) + load(a.beta + i, n), n);
    });
    a.mean[row] = mean;
    a.rstd[row] = rstd;
  }
}

// With x^ = (x - mean) rstd and g = d_out gamma: dx = rstd (g - mean(g) - x^ mean(g x^)).
template <class T>
void norm_backward(const NormBackward<T>& a) {
  const int64_t width = a.rows.width;
  for (int64_t row = 0; row < a.rows.count; ++row) {
    const float *x = a.x + row * width, *d_residual = a.d_residual ? a.d_residual + row * width : nullptr;
    const T* d_out = a.d_out + row * width;
    T* again = a.again ? a.again + row * width : nullptr;
    const float mean = a.mean[row], rstd = a.rstd[row];
    Floats sums[2] = {}, dots[2] = {};
    int64_t which = 0;
    sweep(width, [&](int64_t i, auto n) {
      const Floats gamma = load(a.gamma + i, n), d = load(d_out + i, n);
      const Floats normed = keep((load(x + i, n) - mean) * rstd, n, 0.0F), g = d * gamma;
      sums[which & 1] += g;
      dots[which++ & 1] += g * normed;
      store(a.d_gamma + i, load(a.d_gamma + i, n) + d * normed, n);
      store(a.d_beta + i, load(a.d_beta + i, n) + d, n);
      if (again) store(again + i, normed * gamma + load(a.beta + i, n), n);
    });
    const float mean_g = sum_of_lanes(sums[0] + sums[1]) / static_cast<float>(width);
    const float mean_dot = sum_of_lanes(dots[0] + dots[1]) / static_cast<float>(width);
    sweep(width, [&](int64_t i, auto n) {
      const Floats normed = (load(x + i, n) - mean) * rstd, g = load(d_out + i, n) * load(a.gamma + i, n);
      Floats dx = (g - mean_g - normed * mean_dot) * rstd;
      if (d_residual) dx += load(d_residual + i, n);
      store(a.dx + row * width + i, dx, n);
    });
  }
}

struct GeluParts {
  Floats cdf, density;  // of the standard normal distribution
};

// Abramowitz and Stegun 7.1.26 for erf, absolute error 1.5e-7; the exponential serves the density too.
inline GeluParts gelu_parts(Floats x) {
  constexpr float kRootHalf = 0.70710678118654752F, kDensityAtZero = 0.39894228040143268F;
  const Floats magnitude = reinterpret_cast<Floats>(reinterpret_cast<Words>(x) & 0x7FFFFFFF) * kRootHalf;
  const Floats bell = exponential(-(magnitude * magnitude));
  const Floats t = 1.0F / (magnitude * 0.3275911F + 1.0F);
  Floats p = t * 1.061405429F - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = p * t + 0.254829592F;
  const Floats tail = p * t * bell * 0.5F;  // the probability beyond |x|
  return {x < 0.0F ? tail : 1.0F - tail, bell * kDensityAtZero};
}

template <class T>
void gelu_forward(const GeluForward<T>& a) {
  for (int64_t row = 0; row < a.rows.count; ++row) {
    const int64_t base = row * a.rows.width;
    sweep(a.rows.width, [&](int64_t i, auto n) {
      const Floats x = load(a.z + base + i, n) + load(a.bias + i, n);
      store(a.out + base + i, x * gelu_parts(x).cdf, n);
    });
  }
}

template <class T>
void gelu_backward(const GeluBackward<T>& a) {
  for (int64_t row = 0; row < a.rows.count; ++row) {
    T *z = a.z + row * a.rows.width, *gradient = a.gradient + row * a.rows.width;
    sweep(a.rows.width, [&](int64_t i, auto n) {
      const Floats x = load(z + i, n) + load(a.bias + i, n);
      const GeluParts parts = gelu_parts(x);
      const Floats dz = load(gradient + i, n) * (parts.cdf + x * parts.density);
      store(z + i, x * parts.cdf, n);
      store(gradient + i, dz, n);
      store(a.d_bias + i, load(a.d_bias + i, n) + dz, n);
    });
  }
}

template <class T>
void add_branch(const AddBranch<T>& a) {
  for (int64_t row = 0; row < a.rows.count; ++row) {
    const int64_t base = row * a.rows.width;
    sweep(a.rows.width, [&](int64_t i, auto n) {
      const Floats branch = load(a.branch + base + i, n) + load(a.bias + i, n);
      const Floats gamma = a.gamma ? load(a.gamma + i, n) : splat(1.0F);
      store(a.out + base + i, load(a.x + base + i, n) + branch * (gamma * a.factor), n);
    });
  }
}

template <class T>
void cast_and_sum(const CastAndSum<T>& a) {
  for (int64_t row = 0; row < a.rows.count; ++row) {
    const int64_t base = row * a.rows.width;
    sweep(a.rows.width, [&](int64_t i, auto n) {
      const Floats x = load(a.x + base + i, n) * a.factor;
      if (a.out) store(a.out + base + i, x, n);
      store(a.sums + i, load(a.sums + i, n) + x, n);
    });
  }
}

template <class T>
void scale_rows(const ScaleRows<T>& a) {
  for (int64_t row = 0; row < a.rows.count; ++row) {
    const int64_t base = row * a.rows.width;
    sweep(a.rows.width,
          [&](int64_t i, auto n) { store(a.out + base + i, load(a.weight + base + i, n) * a.gamma[row], n); });
  }
}

template <class T>
void scale_rows_backward(const ScaleRowsBackward<T>& a) {
  for (int64_t row = 0; row < a.rows.count; ++row) {
    const int64_t base = row * a.rows.width;
    a.d_gamma[row] = sum_over_row(a.rows.width, [&](int64_t i, auto n) {
      const Floats gradient = load(a.gradient + base + i, n);
      store(a.gradient + base + i, gradient * a.gamma[row], n);
      return gradient * load(a.weight + base + i, n);
    });
  }
}

template <class T>
void add_bias(const AddBias<T>& a) {
  for (int64_t row = 0; row < a.rows.count; ++row) {
    T* x = a.x + row * a.rows.width;
    sweep(a.rows.width, [&](int64_t i, auto n) { store(x + i, load(x + i, n) + load(a.bias + i, n), n); });
  }
}

template <class T>
void column_sums(const ColumnSums<T>& a) {
  for (int64_t row = 0; row < a.rows.count; ++row) {
    const T* x = a.x + row * a.rows.width;
    sweep(a.rows.width, [&](int64_t i, auto n) { store(a.sums + i, load(a.sums + i, n) + load(x + i, n), n); });
  }
}

template <class T>
constexpr RowKernels<T> row_kernels() {
  return {norm_forward<T>, norm_backward<T>, gelu_forward<T>, gelu_backward<T>,
          add_branch<T>,   cast_and_sum<T>,  add_bias<T>,     column_sums<T>,
          scale_rows<T>,   scale_rows_backward<T>};
}

}  // namespace
}  // namespace itpn::cpu
