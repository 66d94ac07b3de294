// The masks of objects, predicted inside their boxes, put into the picture.
// Axes: n object, S side of a predicted mask, H, W pixels of the picture.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

struct PasteConfig {
  int64_t height = 0, width = 0;  // of the picture, pixels
  double threshold = 0.5;         // a pixel belongs to the object from this probability on
};

// masks (n, S, S) probabilities and boxes (n, 4) in pixels of the picture -> (n, H, W) uint8. Only pixels within one of
// a box are looked at. One object at a time where memory matters.
at::Tensor paste_masks(const at::Tensor& masks, const at::Tensor& boxes, const PasteConfig& config);

// The probabilities themselves over the whole picture by tensor operations: (n, H, W) fp32. Bilinear, 0 outside.
at::Tensor spread_masks(const at::Tensor& masks, const at::Tensor& boxes, const PasteConfig& config);

}  // namespace itpn::ops
