#include "itpn/models/detection/detection_maps.h"

#include <torch/torch.h>

namespace itpn {

std::vector<int64_t> detection_strides(int64_t patch_size) {
  return {patch_size / 4, patch_size / 2, patch_size, 2 * patch_size, 4 * patch_size};
}

at::Tensor tokens_to_map(const at::Tensor& level, int64_t columns) {
  TORCH_CHECK(level.dim() == 5 && level.size(1) % columns == 0, "a level is (B, N, n, n, F) with rows of ", columns,
              " patches, got ", level.sizes());
  const int64_t B = level.size(0), rows = level.size(1) / columns, n = level.size(2), F = level.size(4);
  return level.view({B, rows, columns, n, n, F})
      .permute({0, 1, 3, 2, 4, 5})  // (B, rows, n, columns, n, F)
      .reshape({B, rows * n, columns * n, F})
      .permute({0, 3, 1, 2});
}

std::vector<at::Tensor> detection_maps(const std::vector<at::Tensor>& levels, int64_t columns) {
  std::vector<at::Tensor> maps;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    maps.push_back(tokens_to_map(level->to(torch::kFloat32), columns));
  }
  for (int i = 0; i < 2; ++i) {
    const auto step = [&](int64_t axis) { return maps.back().size(axis) > 1 ? int64_t{2} : int64_t{1}; };
    maps.push_back(at::avg_pool2d(maps.back(), {step(2), step(3)}));
  }
  return maps;
}

}  // namespace itpn
