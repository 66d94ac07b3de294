// The row kernels on tensors, spread over the threads. Sums over rows are taken by thread and then in the threads'
// order: the same bits for the same number of threads. Axes: N row (token) of the residual stream, M selected row, C
// column (channel), H hidden column.
#pragma once

#include <ATen/core/Tensor.h>

#include "itpn/ops/cpu/row_selection.h"

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
// x (N, C) fp32
NormedRows norm_rows(const at::Tensor& x, const RowSelection& rows, const AffineNorm& norm, at::ScalarType out);

struct NormRowsInput {
  at::Tensor x;  // (N, C)
  RowSelection rows;
  at::Tensor mean, rstd, gamma, beta;
  at::Tensor d_out;       // (M, C)
  at::Tensor d_residual;  // (N, C) fp32 or undefined, added to the result
};
struct NormRowsGradients {
  at::Tensor dx;               // (N, C) fp32; only d_residual where a row was not selected
  at::Tensor again;            // (M, C), the norm's output once more, in the dtype of d_out
  at::Tensor d_gamma, d_beta;  // (C) fp32
};
NormRowsGradients norm_rows_backward(const NormRowsInput& input);

// GELU(z + bias); in z's own memory where `in_place`.
at::Tensor gelu_rows(const at::Tensor& z, const at::Tensor& bias, bool in_place);
// In place: z becomes GELU(z + bias), gradient the gradient of z. Returns the gradient of the bias.
at::Tensor gelu_rows_backward(const at::Tensor& z, const at::Tensor& gradient, const at::Tensor& bias);

// What becomes of a branch before it is added to the stream.
struct BranchEnd {
  at::Tensor bias;   // (C)
  at::Tensor gamma;  // (C) or undefined
  double factor = 1.0;
};
// x + (branch + bias) * gamma * factor in selected rows, x in the others: (N, C) fp32. branch (M, C)
at::Tensor add_branch(const at::Tensor& x, const RowSelection& rows, const at::Tensor& branch, const BranchEnd& end);

struct CastRows {
  at::Tensor values;  // (M, C) in the dtype asked for; x itself where that has the dtype, all rows and factor 1
  at::Tensor sums;    // (C) fp32
};
// x (N, C) fp32 times `factor`, selected rows
CastRows cast_and_sum_rows(const at::Tensor& x, const RowSelection& rows, double factor, at::ScalarType dtype);

// x += bias in place
void add_bias_rows(const at::Tensor& x, const at::Tensor& bias);

// (C) fp32
at::Tensor column_sums(const at::Tensor& x);

// Rows of a weight (C, H) times gamma (C).
at::Tensor scale_rows(const at::Tensor& weight, const at::Tensor& gamma);
// In place: the gradient of scale_rows becomes that of the weight. Returns the gradient of gamma.
at::Tensor scale_rows_backward(const at::Tensor& gradient, const at::Tensor& weight, const at::Tensor& gamma);

}  // namespace itpn::ops
