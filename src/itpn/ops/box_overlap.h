// How much boxes overlap. A box is (x1, y1, x2, y2) in pixels with the area (x2 - x1)(y2 - y1), fp32.
// Axes: N, M box.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

enum class Overlap {
  kIou,   // intersection over union
  kIof,   // intersection over the area of the first box
  kGiou,  // IoU less the share of the enclosing box that belongs to neither (Rezatofighi et al., CVPR 2019)
};

// (..., 4) -> (...)
at::Tensor box_areas(const at::Tensor& boxes);

// Every pair: (N, 4) and (M, 4) -> (N, M). Denominators are at least 1e-6.
at::Tensor pairwise_overlap(const at::Tensor& a, const at::Tensor& b, Overlap kind);

// Box i with box i: (N, 4) and (N, 4) -> (N). Differentiable, as the other one is.
at::Tensor aligned_overlap(const at::Tensor& a, const at::Tensor& b, Overlap kind);

}  // namespace itpn::ops
