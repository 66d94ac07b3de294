// Boxes as shifts and log ratios relative to other boxes (Girshick et al., 2014), which is what heads predict.
// Axes: N box, K class (one set of deltas for each, or K = 1).
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <optional>

namespace itpn::ops {

// Height and width of a picture without its padding, pixels.
struct PictureSize {
  double height = 0, width = 0;
};

// (..., 4) boxes with their corners moved into the picture. No gradient where a corner lay outside.
at::Tensor clamp_boxes(const at::Tensor& boxes, const PictureSize& picture);

struct BoxCoder {
  std::array<double, 4> deviations = {1.0, 1.0, 1.0, 1.0};  // that deltas are divided by: x, y, width, height

  // What turns `from` (N, 4) into `to` (N, 4).
  at::Tensor encode(const at::Tensor& from, const at::Tensor& to) const;

  // The reverse: from (N, 4) and deltas (N, 4 K) -> (N, 4 K). Log ratios are limited to +-ln(16 / 1000), centres are
  // not; clamped to `picture` where there is one.
  at::Tensor decode(const at::Tensor& from, const at::Tensor& deltas,
                    const std::optional<PictureSize>& picture = {}) const;
};

}  // namespace itpn::ops
