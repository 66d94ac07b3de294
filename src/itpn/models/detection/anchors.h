// The boxes that the region proposal network starts from: at each cell of each map, one of each shape.
// Axes: A anchor, in the order row, column, shape.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "itpn/ops/box_coder.h"

namespace itpn {

struct AnchorConfig {
  double scale = 8.0;                            // side of a square anchor, in strides
  std::vector<double> ratios = {0.5, 1.0, 2.0};  // height over width; the area stays

  int64_t shapes() const { return static_cast<int64_t>(ratios.size()); }
};

// (shapes, 4) fp32, centred at 0
at::Tensor base_anchors(const AnchorConfig& config, int64_t stride);

// Size of a map, in cells.
struct MapSize {
  int64_t rows = 0, columns = 0;
};

// (A, 4) on `device`: cell (0, 0) has its anchors centred at the picture's corner.
at::Tensor grid_anchors(const AnchorConfig& config, int64_t stride, const MapSize& size, at::Device device);

// (A) bool: does the anchor's cell lie on the picture with its own padding? A batch's padding may be larger.
at::Tensor are_on_picture(const AnchorConfig& config, int64_t stride, const MapSize& size,
                          const ops::PictureSize& padded, at::Device device);

// (A) bool: does the anchor reach less than `border` pixels over the picture (without padding)? Negative: any does.
at::Tensor are_within(const at::Tensor& anchors, const ops::PictureSize& picture, double border);

}  // namespace itpn
