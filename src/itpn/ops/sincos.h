// The fixed sine-cosine position table.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// (rows * columns, dim) float32 table: token (i, j) holds [sin(j w), cos(j w), sin(i w), cos(i w)] with
// w_k = 10000^(-k / (dim / 4)): the column comes first, as in the published weights. `dim` is a multiple of 4.
at::Tensor sincos_table(int64_t dim, int64_t rows, int64_t columns);

}  // namespace itpn::ops
