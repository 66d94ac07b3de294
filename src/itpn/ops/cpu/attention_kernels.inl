// Attention of one head of one picture, forward and backward, from the qkv product's own layout: no permuted copies, no
// (L, L) matrix outside the cache. All arithmetic is fp32. Letters: L tokens, d channels of a head; a hat (Lp, dp) is
// rounded up to whole vectors.
#pragma once

#include "itpn/ops/cpu/row_kernels.inl"
#include "itpn/ops/cpu/tile_product.inl"

namespace itpn::cpu {
namespace {

constexpr int64_t kForwardRows = 24;   // rows of logits at a time: they stay in the first-level cache
constexpr int64_t kBackwardRows = 96;  // the same for the backward pass and the second level

constexpr int64_t padded(int64_t n) { return (n + kLanes - 1) / kLanes * kLanes; }
constexpr int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Hands out the parts of the scratch memory.
struct Scratch {
  float* next;
  float* take(int64_t count) {
    float* part = next;
    next += padded(count);
    return part;
  }
};

struct HeadSizes {
  explicit HeadSizes(const HeadShape& s) : L(s.length), d(s.dim), Lp(padded(s.length)), dp(padded(s.dim)) {}
  int64_t L, d, Lp, dp;
};

// (L, d) at `stride` -> (L, dp) times `factor`, padded with zeros.
template <class T>
float* unpack(const T* from, int64_t stride, const HeadSizes& s, float factor, float* to) {
  for (int64_t row = 0; row < s.L; ++row) {
    sweep(s.d, [&](int64_t i, auto n) { store(to + row * s.dp + i, load(from + row * stride + i, n) * factor); });
  }
  return to;
}

// (L, d) at `stride` -> (d, Lp), padded with zeros.
template <class T>
float* unpack_transposed(const T* from, int64_t stride, const HeadSizes& s, float* to) {
  for (int64_t row = 0; row < s.L; row += kLanes) {
    sweep(s.d, [&](int64_t i, auto n) {
      Floats block[kLanes] = {};
      for (int64_t r = 0; r < smaller(kLanes, s.L - row); ++r) block[r] = load(from + (row + r) * stride + i, n);
      transpose(block);
      for (int64_t c = 0; c < n.count; ++c) store(to + (i + c) * s.Lp + row, block[c]);
    });
  }
  return to;
}

// (L, dp) times `factor` -> (L, d) at `stride`.
template <class T>
void pack(const float* from, const HeadSizes& s, float factor, T* to, int64_t stride, int64_t rows) {
  for (int64_t row = 0; row < rows; ++row) {
    sweep(s.d, [&](int64_t i, auto n) { store(to + row * stride + i, load(from + row * s.dp + i) * factor, n); });
  }
}

struct SoftmaxRow {
  float sum, log_sum;
};

// logits -> exp(logits + bias - largest); bias may be null
inline SoftmaxRow exponentiate(float* logits, const float* bias, int64_t count) {
  constexpr float kLowest = -3.402823466e+38F;
  Floats most = splat(kLowest);
  if (bias) {
    sweep(count, [&](int64_t i, auto n) { store(logits + i, load(logits + i, n) + load(bias + i, n), n); });
  }
  sweep(count, [&](int64_t i, auto n) { most = larger(most, keep(load(logits + i, n), n, kLowest)); });
  const float largest = largest_lane(most);
  const float sum = sum_over_row(count, [&](int64_t i, auto n) {
    const Floats p = keep(exponential(load(logits + i, n) - largest), n, 0.0F);
    store(logits + i, p, n);
    return p;
  });
  return {sum, largest + __builtin_logf(sum)};
}

inline float root_of_inverse(int64_t d) { return 1.0F / __builtin_sqrtf(static_cast<float>(d)); }

template <class T>
void attention_forward(const AttentionForward<T>& a) {
  const HeadSizes s(a.shape);
  const int64_t stride = a.shape.qkv_stride();
  Scratch scratch{a.scratch};
  const float* q = unpack(a.q, stride, s, root_of_inverse(s.d), scratch.take(s.L * s.dp));
  const float* kt = unpack_transposed(a.k, stride, s, scratch.take(s.d * s.Lp));
  const float* v = unpack(a.v, stride, s, 1.0F, scratch.take(s.L * s.dp));
  float* logits = scratch.take(kForwardRows * s.Lp);
  float* mixed = scratch.take(kForwardRows * s.dp);
  for (int64_t begin = 0; begin < s.L; begin += kForwardRows) {
    const int64_t rows = smaller(kForwardRows, s.L - begin);
    multiply({q + begin * s.dp, s.dp, 1, kt, s.Lp, logits, s.Lp, rows, s.Lp, s.d});
    float sums[kForwardRows];
    for (int64_t r = 0; r < rows; ++r) {
      const float* bias = a.bias ? a.bias + (begin + r) * s.Lp : nullptr;
      const SoftmaxRow row = exponentiate(logits + r * s.Lp, bias, s.L);
      sums[r] = row.sum;
      a.log_sum[begin + r] = row.log_sum;
    }
    multiply({logits, s.Lp, 1, v, s.dp, mixed, s.dp, rows, s.dp, s.L});
    for (int64_t r = 0; r < rows; ++r) {
      T* out = a.out + (begin + r) * a.shape.out_stride();
      pack(mixed + r * s.dp, s, 1.0F / sums[r], out, 0, 1);
    }
  }
}

// dot(out, d_out) by row: what the softmax's gradient subtracts.
template <class T>
float row_dot(const T* x, const float* y, int64_t count) {
  return sum_over_row(count, [&](int64_t i, auto n) { return load(x + i, n) * load(y + i, n); });
}

// One row of the softmax's backward pass.
struct SoftmaxBackward {
  float* probabilities;  // logits in, exp(logits + bias - log_sum) out
  float* gradients;      // d_out v^T in, gradient of the logits out
  const float* bias;     // or null
  float* d_bias;         // the gradient of the logits is added; or null
  float log_sum, dot;
};

inline void softmax_backward_row(const SoftmaxBackward& a, int64_t count) {
  sweep(count, [&](int64_t i, auto n) {
    Floats logits = load(a.probabilities + i, n);
    if (a.bias) logits += load(a.bias + i, n);
    const Floats p = exponential(logits - a.log_sum), d = p * (load(a.gradients + i, n) - a.dot);
    store(a.probabilities + i, p, n);
    store(a.gradients + i, d, n);
    if (a.d_bias) store(a.d_bias + i, load(a.d_bias + i, n) + d, n);
  });
}

template <class T>
void attention_backward(const AttentionBackward<T>& a) {
  const HeadSizes s(a.shape);
  const int64_t stride = a.shape.qkv_stride(), out_stride = a.shape.out_stride();
  const float scale = root_of_inverse(s.d);
  Scratch scratch{a.scratch};
  const float* q = unpack(a.q, stride, s, scale, scratch.take(s.L * s.dp));
  const float* k = unpack(a.k, stride, s, 1.0F, scratch.take(s.L * s.dp));
  const float* d_out = unpack(a.d_out, out_stride, s, 1.0F, scratch.take(s.L * s.dp));
  const float* kt = unpack_transposed(a.k, stride, s, scratch.take(s.d * s.Lp));
  const float* vt = unpack_transposed(a.v, stride, s, scratch.take(s.d * s.Lp));
  float *dk = scratch.take(s.L * s.dp), *dv = scratch.take(s.L * s.dp), *dq = scratch.take(kBackwardRows * s.dp);
  float *p = scratch.take(kBackwardRows * s.Lp), *ds = scratch.take(kBackwardRows * s.Lp);
  for (int64_t begin = 0; begin < s.L; begin += kBackwardRows) {
    const int64_t rows = smaller(kBackwardRows, s.L - begin);
    const float *q_rows = q + begin * s.dp, *d_out_rows = d_out + begin * s.dp;
    const bool add = begin > 0;
    multiply({q_rows, s.dp, 1, kt, s.Lp, p, s.Lp, rows, s.Lp, s.d});
    multiply({d_out_rows, s.dp, 1, vt, s.Lp, ds, s.Lp, rows, s.Lp, s.d});
    for (int64_t r = 0; r < rows; ++r) {
      const float dot = row_dot(a.out + (begin + r) * out_stride, d_out_rows + r * s.dp, s.d);
      const int64_t bias_row = (begin + r) * s.Lp;
      softmax_backward_row({p + r * s.Lp, ds + r * s.Lp, a.bias ? a.bias + bias_row : nullptr,
                            a.d_bias ? a.d_bias + bias_row : nullptr, a.log_sum[begin + r], dot},
                           s.L);
    }
    multiply({p, 1, s.Lp, d_out_rows, s.dp, dv, s.dp, s.L, s.dp, rows, add});
    multiply({ds, 1, s.Lp, q_rows, s.dp, dk, s.dp, s.L, s.dp, rows, add});
    multiply({ds, s.Lp, 1, k, s.dp, dq, s.dp, rows, s.dp, s.L});
    pack(dq, s, scale, a.dq + begin * stride, stride, rows);
  }
  pack(dk, s, 1.0F, a.dk, stride, s.L);
  pack(dv, s, 1.0F, a.dv, stride, s.L);
}

template <class T>
constexpr AttentionKernels<T> attention_kernels() {
  return {attention_forward<T>, attention_backward<T>};
}

}  // namespace
}  // namespace itpn::cpu
