#include "itpn/ops/resample_positions.h"

#include <torch/torch.h>

#include <cmath>

#include "itpn/ops/to_device.h"

namespace itpn::ops {
namespace {

int64_t side_of(int64_t count) {
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(count))));
  TORCH_CHECK(side * side == count, "a position table belongs to a square grid, got ", count, " rows");
  return side;
}

struct Target {
  int64_t rows, columns;
  std::optional<double> row_scale, column_scale;  // absent: follow from the sizes
};

at::Tensor resample(const at::Tensor& table, const Target& to);

// (rows * columns, count): row by row, what each entry of the table counts.
at::Tensor resampling_matrix(int64_t count, const Target& to) { return resample(torch::eye(count), to); }

// (count, E) -> (rows * columns, E)
at::Tensor resample(const at::Tensor& table, const Target& to) {
  if (!table.is_cpu()) return torch::matmul(to_device(resampling_matrix(table.size(0), to), table.device()), table);
  const int64_t side = side_of(table.size(0)), width = table.size(1);
  const at::Tensor maps = table.reshape({1, side, side, width}).permute({0, 3, 1, 2});  // (1, E, g, g)
  return at::upsample_bicubic2d(maps, {to.rows, to.columns}, /*align_corners=*/false, to.row_scale, to.column_scale)
      .permute({0, 2, 3, 1})  // (1, rows, columns, E)
      .reshape({to.rows * to.columns, width});
}

Target run_time_target(int64_t grid, int64_t hp, int64_t wp) {
  const auto side = static_cast<double>(grid);
  return {hp, wp, (hp + 0.1) / side, (wp + 0.1) / side};
}

}  // namespace

at::Tensor resample_positions_at_run_time(const at::Tensor& table, int64_t hp, int64_t wp) {
  TORCH_CHECK(table.dim() == 3 && table.size(0) == 1, "a position table is (1, g * g, E), got ", table.sizes());
  return resample(table[0], run_time_target(side_of(table.size(1)), hp, wp)).unsqueeze(0);
}

at::Tensor run_time_resampling_matrix(int64_t grid, int64_t hp, int64_t wp) {
  return resampling_matrix(grid * grid, run_time_target(grid, hp, wp));
}

at::Tensor resample_positions_to_size(const at::Tensor& table, int64_t rows, int64_t columns) {
  TORCH_CHECK(table.dim() == 3 && table.size(0) == 1, "a position table is (1, g * g, E), got ", table.sizes());
  return resample(table[0], {rows, columns, std::nullopt, std::nullopt}).unsqueeze(0);
}

at::Tensor resample_bias_table(const at::Tensor& table, int64_t grid) {
  TORCH_CHECK(table.dim() == 2, "a bias table is ((2g-1)^2, heads), got ", table.sizes());
  return resample(table, {2 * grid - 1, 2 * grid - 1, std::nullopt, std::nullopt});
}

}  // namespace itpn::ops
