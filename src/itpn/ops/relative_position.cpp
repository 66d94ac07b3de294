#include "itpn/ops/relative_position.h"

#include <torch/torch.h>

namespace itpn::ops {

at::Tensor relative_position_index(const PatchGrid& patches, int64_t g) {
  TORCH_CHECK(patches.longer() <= g, "a bias table for ", g, " x ", g, " patches, got ", patches.rows, " x ",
              patches.columns);
  const at::Tensor rows = torch::arange(patches.rows, torch::kInt64),
                   columns = torch::arange(patches.columns, torch::kInt64);
  const at::Tensor y = rows.repeat_interleave(patches.columns), x = columns.repeat({patches.rows});  // (N)
  const at::Tensor dy = y.unsqueeze(1) - y + (g - 1), dx = x.unsqueeze(1) - x + (g - 1);
  return dy * (2 * g - 1) + dx;
}

at::Tensor gather_position_index(const at::Tensor& index, const at::Tensor& ids_keep) {
  return index.index({ids_keep.unsqueeze(2), ids_keep.unsqueeze(1)});
}

at::Tensor gather_axis_table(const at::Tensor& table, int64_t n) {
  TORCH_CHECK(table.dim() == 2 && n > 0, "an axis table is (rows, d), got ", table.sizes());
  at::Tensor rows = table;
  if (table.size(0) != 2 * n - 1) {
    rows = at::upsample_linear1d(table.t().unsqueeze(0), {2 * n - 1}, /*align_corners=*/false)[0].t();
  }
  const at::Tensor id = torch::arange(n, torch::TensorOptions(torch::kInt64).device(table.device()));
  return rows.index({id.unsqueeze(1) - id + (n - 1)});
}

}  // namespace itpn::ops
