// Non-maximum suppression: boxes by falling score (ties: the lower index first), each kept unless it overlaps a kept
// one by more than the threshold (IoU without epsilon; boxes without an area suppress nothing). On the CPU by a kernel,
// elsewhere by nms_by_matrix(). Axes: N box, k kept box.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// boxes (N, 4) and scores (N), fp32 -> (k) int64, by falling score.
at::Tensor nms(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold);

// Boxes of different ids (N, int64: levels or classes) leave each other alone. The published form: boxes are moved
// apart by id * (largest coordinate + 1) in fp32. From kMostTogether boxes on id by id, which takes less time.
at::Tensor batched_nms(const at::Tensor& boxes, const at::Tensor& scores, const at::Tensor& ids, double iou_threshold);

inline constexpr int64_t kMostTogether = 10000;

// The same as nms() by tensor operations on any device: all overlaps at once, then as many rounds as the longest chain
// of boxes that decide about each other.
at::Tensor nms_by_matrix(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold);

}  // namespace itpn::ops
