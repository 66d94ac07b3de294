// Loops of the model's blocks on raw memory, each a single pass that does all that its data is needed for. Torch-free,
// so that each instruction set is one small file compiled with its own flags; one thread works on the rows it is given.
// T is float, or uint16_t for bf16. Sums are taken in fp32.
#pragma once

#include <cstdint>

#include "itpn/ops/cpu/roi_kernels.h"

namespace itpn::cpu {

struct Rows {
  int64_t count;
  int64_t width;
};

// out = (x - mean) / sqrt(variance + eps) * gamma + beta by row; mean and rstd (one per row) serve the backward pass.
template <class T>
struct NormForward {
  const float *x, *gamma, *beta;
  T* out;
  float *mean, *rstd;
  float eps;
  Rows rows;
};

// dx = d_residual + gradient of the norm; d_gamma and d_beta are added to. `again` (or null) receives the norm's output
// once more, which the weight gradient of the next layer needs: cheaper than keeping it from the forward pass.
template <class T>
struct NormBackward {
  const float *x, *gamma, *beta, *mean, *rstd;
  const T* d_out;
  const float* d_residual;  // null: none
  float* dx;
  T* again;
  float *d_gamma, *d_beta;
  Rows rows;
};

// out = GELU(z + bias), the exact form x * Phi(x).
template <class T>
struct GeluForward {
  const T* z;
  const float* bias;
  T* out;
  Rows rows;
};

// In place: z becomes GELU(z + bias) again, gradient becomes the gradient of z; its column sums are added to d_bias.
template <class T>
struct GeluBackward {
  T *z, *gradient;
  const float* bias;
  float* d_bias;
  Rows rows;
};

// out = x + (branch + bias) * gamma * factor; without gamma where it is null.
template <class T>
struct AddBranch {
  const float* x;
  const T* branch;
  const float *bias, *gamma;
  float factor;
  float* out;
  Rows rows;
};

// out = T(x * factor) (or nothing where out is null); column sums of x * factor are added to `sums`.
template <class T>
struct CastAndSum {
  const float* x;
  float factor;
  T* out;
  float* sums;
  Rows rows;
};

// out = weight * gamma by row: the layer scale behind a linear layer, worked into its weight.
template <class T>
struct ScaleRows {
  const T* weight;
  const float* gamma;  // one per row
  T* out;
  Rows rows;
};

// In place: the gradient of a scaled weight becomes that of the weight; d_gamma receives its product with the weight.
template <class T>
struct ScaleRowsBackward {
  T* gradient;
  const T* weight;
  const float* gamma;
  float* d_gamma;
  Rows rows;
};

// x += bias in place.
template <class T>
struct AddBias {
  T* x;
  const float* bias;
  Rows rows;
};

// Column sums of x are added to `sums`.
template <class T>
struct ColumnSums {
  const T* x;
  float* sums;
  Rows rows;
};

template <class T>
struct RowKernels {
  void (*norm_forward)(const NormForward<T>&);
  void (*norm_backward)(const NormBackward<T>&);
  void (*gelu_forward)(const GeluForward<T>&);
  void (*gelu_backward)(const GeluBackward<T>&);
  void (*add_branch)(const AddBranch<T>&);
  void (*cast_and_sum)(const CastAndSum<T>&);
  void (*add_bias)(const AddBias<T>&);
  void (*column_sums)(const ColumnSums<T>&);
  void (*scale_rows)(const ScaleRows<T>&);
  void (*scale_rows_backward)(const ScaleRowsBackward<T>&);
};

// Sizes of one head of one picture. Rows of q, k and v lie 3 * heads * dim apart (the layout of the qkv product), rows
// of the output heads * dim.
struct HeadShape {
  int64_t length;  // L, tokens
  int64_t heads;
  int64_t dim;  // d, channels of a head

  int64_t qkv_stride() const { return 3 * heads * dim; }
  int64_t out_stride() const { return heads * dim; }
  // Rows of a bias on the logits, in whole vectors.
  int64_t bias_stride() const { return (length + 15) / 16 * 16; }
};

// out = softmax(q k^T / sqrt(d) + bias) v. log_sum (L) receives log(sum(exp(logits))) by row.
template <class T>
struct AttentionForward {
  const T *q, *k, *v;
  const float* bias;  // (L, bias_stride()), or null
  T* out;
  float* log_sum;
  float* scratch;  // attention_scratch() floats
  HeadShape shape;
};

// Gradients of q, k and v, in the layout of qkv; that of the bias is added to d_bias (null: no bias).
template <class T>
struct AttentionBackward {
  const T *q, *k, *v, *out, *d_out;
  const float *log_sum, *bias;
  T *dq, *dk, *dv;
  float* d_bias;
  float* scratch;
  HeadShape shape;
};

template <class T>
struct AttentionKernels {
  void (*forward)(const AttentionForward<T>&);
  void (*backward)(const AttentionBackward<T>&);
};

// Floats of working memory that one head needs, forward or backward.
int64_t attention_scratch(const HeadShape& shape);

struct Kernels {
  RowKernels<float> rows_f32;
  RowKernels<uint16_t> rows_bf16;
  AttentionKernels<float> attention_f32;
  AttentionKernels<uint16_t> attention_bf16;
  RoiKernels roi;
};

// The loops for the best instruction set of this machine, or null where it has neither AVX-512 nor AVX2: tensor
// operations do the work there.
const Kernels* kernels();
// "avx512", "avx2", or "none" where there are none.
const char* kernels_name();

#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

}  // namespace itpn::cpu
