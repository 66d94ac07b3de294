// The row kernels on tensors, spread over the threads. Sums over rows are taken by thread and then in the threads'
// order: the same bits for the same number of threads. Axes: M row (token), C column (channel).
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// Are there kernels for this activation and weight? Both contiguous on a CPU with AVX2 or better; x fp32 and the weight
// fp32 or bf16.
bool has_row_kernels(const at::Tensor& x, const at::Tensor& weight);

struct NormedRows {
  at::Tensor out;         // (M, C)
  at::Tensor mean, rstd;  // (M), fp32
};
struct AffineNorm {
  at::Tensor gamma, beta;  // (C)
  double eps;
};
// x (M, C) fp32
NormedRows norm_rows(const at::Tensor& x, const AffineNorm& norm, at::ScalarType out);

struct NormRowsInput {
  at::Tensor x, mean, rstd, gamma, beta;
  at::Tensor d_out;       // (M, C)
  at::Tensor d_residual;  // (M, C) fp32 or undefined, added to the result
};
struct NormRowsGradients {
  at::Tensor dx;               // (M, C) fp32
  at::Tensor again;            // (M, C), the norm's output once more, in the dtype of d_out
  at::Tensor d_gamma, d_beta;  // (C) fp32
};
NormRowsGradients norm_rows_backward(const NormRowsInput& input);

// GELU(z + bias)
at::Tensor gelu_rows(const at::Tensor& z, const at::Tensor& bias);
// In place: z becomes GELU(z + bias), gradient the gradient of z. Returns the gradient of the bias.
at::Tensor gelu_rows_backward(const at::Tensor& z, const at::Tensor& gradient, const at::Tensor& bias);

// x + branch + bias, fp32
at::Tensor add_branch(const at::Tensor& x, const at::Tensor& branch, const at::Tensor& bias);

struct CastRows {
  at::Tensor values;  // in the dtype asked for; x itself where it has that dtype
  at::Tensor sums;    // (C) fp32
};
CastRows cast_and_sum_rows(const at::Tensor& x, at::ScalarType dtype);

// x += bias in place
void add_bias_rows(const at::Tensor& x, const at::Tensor& bias);

// (C) fp32
at::Tensor column_sums(const at::Tensor& x);

}  // namespace itpn::ops
