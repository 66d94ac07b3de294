#include "itpn/models/detection/anchors.h"

#include <torch/torch.h>

#include <cmath>

#include "itpn/ops/to_device.h"

namespace itpn {

at::Tensor base_anchors(const AnchorConfig& config, int64_t stride) {
  std::vector<at::Tensor> boxes;
  const double side = config.scale * static_cast<double>(stride);
  for (const double ratio : config.ratios) {
    const double width = side / std::sqrt(ratio), height = side * std::sqrt(ratio);
    boxes.push_back(torch::tensor({-width / 2, -height / 2, width / 2, height / 2}, torch::kFloat32));
  }
  return torch::stack(boxes);
}

at::Tensor grid_anchors(const AnchorConfig& config, int64_t stride, const MapSize& size, at::Device device) {
  const auto step = static_cast<double>(stride);
  const auto options = torch::TensorOptions(torch::kFloat32).device(device);
  const at::Tensor y = (torch::arange(size.rows, options) * step).unsqueeze(1).expand({size.rows, size.columns});
  const at::Tensor x = (torch::arange(size.columns, options) * step).expand({size.rows, size.columns});
  const at::Tensor shifts = torch::stack({x, y, x, y}, 2).unsqueeze(2);  // (rows, columns, 1, 4)
  return (shifts + ops::to_device(base_anchors(config, stride), device)).reshape({-1, 4});
}

at::Tensor are_on_picture(const AnchorConfig& config, int64_t stride, const MapSize& size,
                          const ops::PictureSize& padded, at::Device device) {
  const auto options = torch::TensorOptions(torch::kInt64).device(device);
  const auto cells = [&](double pixels) {
    return static_cast<int64_t>(std::ceil(pixels / static_cast<double>(stride)));
  };
  const at::Tensor rows = torch::arange(size.rows, options) < cells(padded.height);
  const at::Tensor columns = torch::arange(size.columns, options) < cells(padded.width);
  return rows.unsqueeze(1).logical_and(columns).flatten().repeat_interleave(config.shapes());
}

at::Tensor are_within(const at::Tensor& anchors, const ops::PictureSize& picture, double border) {
  if (border < 0) return torch::ones({anchors.size(0)}, anchors.options().dtype(torch::kBool));
  return (anchors.select(1, 0) >= -border)
      .logical_and(anchors.select(1, 1) >= -border)
      .logical_and(anchors.select(1, 2) < picture.width + border)
      .logical_and(anchors.select(1, 3) < picture.height + border);
}

}  // namespace itpn
