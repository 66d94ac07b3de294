// Index tables of the relative position bias.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// (g * g, g * g) int64: row of the bias table for query i and key j, (yi - yj + g - 1) * (2g - 1) + (xi - xj + g - 1).
at::Tensor relative_position_index(int64_t grid);

// The index for the kept tokens only: (N, N) and ids (B, L) -> (B, L, L).
at::Tensor gather_position_index(const at::Tensor& index, const at::Tensor& ids_keep);

// One axis of a decomposed relative position table: (rows, d) -> (n, n, d), entry (i, j) = table[i - j + n - 1], after
// a linear resize to 2n - 1 rows where the table has another length.
at::Tensor gather_axis_table(const at::Tensor& table, int64_t n);

}  // namespace itpn::ops
