// Resampling of position tables to other grids.
// Axes: g side of the table's own grid, hp x wp the grid of the image at hand, E channel.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// The rule of the released forward pass: (1, g * g, E) -> (1, hp * wp, E), bicubic with the scale factors
// (hp + 0.1) / g and (wp + 0.1) / g used as given. Even for hp = wp = g the table comes back slightly shrunk.
at::Tensor resample_positions_at_run_time(const at::Tensor& table, int64_t hp, int64_t wp);

// The same as a matrix (hp * wp, grid * grid) on the CPU. What the functions here multiply tables by on other devices:
// unlike a bicubic operation there, a product has one order of sums in its backward pass too.
at::Tensor run_time_resampling_matrix(int64_t grid, int64_t hp, int64_t wp);

// The rule for loading weights into another size: (1, g * g, E) -> (1, rows * columns, E), bicubic to exactly that
// size.
at::Tensor resample_positions_to_size(const at::Tensor& table, int64_t rows, int64_t columns);

// The loading rule for a relative position bias table: ((2g-1)^2, heads) -> ((2 grid - 1)^2, heads).
at::Tensor resample_bias_table(const at::Tensor& table, int64_t grid);

}  // namespace itpn::ops
