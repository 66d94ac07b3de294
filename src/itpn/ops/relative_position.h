// Index tables of the relative position bias.
#pragma once

#include <ATen/core/Tensor.h>

#include "itpn/core/image_size.h"

namespace itpn::ops {

// (N, N) int64 for N = rows * columns patches: row of the bias table of a square grid of g, in which they fit, for
// query i and key j, (yi - yj + g - 1) * (2g - 1) + (xi - xj + g - 1).
at::Tensor relative_position_index(const PatchGrid& patches, int64_t g);
// The same of a picture of g x g patches.
inline at::Tensor relative_position_index(int64_t g) { return relative_position_index({g, g}, g); }

// The index for the kept tokens only: (N, N) and ids (B, L) -> (B, L, L).
at::Tensor gather_position_index(const at::Tensor& index, const at::Tensor& ids_keep);

// One axis of a decomposed relative position table: (rows, d) -> (n, n, d), entry (i, j) = table[i - j + n - 1], after
// a linear resize to 2n - 1 rows where the table has another length.
at::Tensor gather_axis_table(const at::Tensor& table, int64_t n);

}  // namespace itpn::ops
