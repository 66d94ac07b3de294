#include "itpn/ops/sincos.h"

#include <torch/torch.h>

namespace itpn::ops {

at::Tensor sincos_table(int64_t dim, int64_t rows, int64_t columns) {
  TORCH_CHECK(dim > 0 && dim % 4 == 0, "the width of a sine-cosine table is a multiple of 4, got ", dim);
  const auto options = torch::TensorOptions(torch::kFloat64);
  const at::Tensor frequency = torch::pow(10000.0, torch::arange(dim / 4, options) / (-dim / 4.0));  // (dim / 4)
  const at::Tensor row = torch::arange(rows, options).repeat_interleave(columns);                    // (rows * columns)
  const at::Tensor column = torch::arange(columns, options).repeat({rows});
  const at::Tensor a = column.unsqueeze(1) * frequency, b = row.unsqueeze(1) * frequency;
  return torch::cat({a.sin(), a.cos(), b.sin(), b.cos()}, 1).to(torch::kFloat32);
}

}  // namespace itpn::ops
