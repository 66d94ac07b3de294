#include "itpn/ops/fold_2x2.h"

#include <torch/torch.h>

namespace itpn::ops {

at::Tensor fold_2x2(const at::Tensor& x) {
  TORCH_CHECK(x.dim() == 5 && x.size(2) == x.size(3) && x.size(2) % 2 == 0, "fold_2x2 wants (B, N, 2S, 2S, C), got ",
              x.sizes());
  const int64_t B = x.size(0), N = x.size(1), S = x.size(2) / 2, C = x.size(4);
  return x
      .reshape({B, N, S, 2, S, 2, C})  // (B, N, y, row, x, column, C)
      .permute({0, 1, 2, 4, 5, 3, 6})  // (B, N, y, x, column, row, C)
      .reshape({B, N, S, S, 4 * C});
}

at::Tensor unfold_2x2(const at::Tensor& x) {
  TORCH_CHECK(x.dim() == 5 && x.size(2) == x.size(3) && x.size(4) % 4 == 0, "unfold_2x2 wants (B, N, S, S, 4C), got ",
              x.sizes());
  const int64_t B = x.size(0), N = x.size(1), S = x.size(2), C = x.size(4) / 4;
  return x
      .reshape({B, N, S, S, 2, 2, C})  // (B, N, y, x, row, column, C)
      .permute({0, 1, 2, 4, 3, 5, 6})  // (B, N, y, row, x, column, C)
      .reshape({B, N, 2 * S, 2 * S, C});
}

}  // namespace itpn::ops
