#include "itpn/ops/box_overlap.h"

#include <torch/torch.h>

namespace itpn::ops {
namespace {

constexpr double kLeastArea = 1e-6;

void check_boxes(const at::Tensor& boxes) {
  TORCH_CHECK(boxes.dim() == 2 && boxes.size(1) == 4, "boxes are (N, 4), got ", boxes.sizes());
}

// a and b broadcast against each other: (..., 4) -> (...)
at::Tensor overlap(const at::Tensor& a, const at::Tensor& b, Overlap kind) {
  const auto low = [](const at::Tensor& boxes) { return boxes.slice(-1, 0, 2); };
  const auto high = [](const at::Tensor& boxes) { return boxes.slice(-1, 2, 4); };
  const auto product = [](const at::Tensor& sides) { return sides.select(-1, 0) * sides.select(-1, 1); };
  const at::Tensor inner = product((torch::minimum(high(a), high(b)) - torch::maximum(low(a), low(b))).clamp_min(0));
  const at::Tensor area = box_areas(a);
  if (kind == Overlap::kIof) return inner / area.expand_as(inner).clamp_min(kLeastArea);
  const at::Tensor both = (area + box_areas(b) - inner).clamp_min(kLeastArea);
  if (kind == Overlap::kIou) return inner / both;
  const at::Tensor outer = product((torch::maximum(high(a), high(b)) - torch::minimum(low(a), low(b))).clamp_min(0));
  const at::Tensor enclosing = outer.clamp_min(kLeastArea);
  return inner / both - (enclosing - both) / enclosing;
}

}  // namespace

at::Tensor box_areas(const at::Tensor& boxes) {
  return (boxes.select(-1, 2) - boxes.select(-1, 0)) * (boxes.select(-1, 3) - boxes.select(-1, 1));
}

at::Tensor pairwise_overlap(const at::Tensor& a, const at::Tensor& b, Overlap kind) {
  check_boxes(a);
  check_boxes(b);
  return overlap(a.unsqueeze(1), b.unsqueeze(0), kind);
}

at::Tensor aligned_overlap(const at::Tensor& a, const at::Tensor& b, Overlap kind) {
  check_boxes(a);
  TORCH_CHECK(a.sizes() == b.sizes(), "aligned boxes want equal shapes, got ", a.sizes(), " and ", b.sizes());
  return overlap(a, b, kind);
}

}  // namespace itpn::ops
