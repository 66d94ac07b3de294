// What a mask head is taught: an object's mask as it looks inside a box.
// Axes: G object, R box, S side of the target, H, W pixels of the masks.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// Share of each of S x S parts of a box that the mask covers: RoIAlign of the bitmap masks[objects[r]] at scale 1, with
// the published operator's order of sums, because the shares are compared with a threshold that they often equal.
// masks (G, H, W) uint8, boxes (R, 4) fp32, objects (R) int64 -> (R, S, S) fp32.
at::Tensor mask_coverage(const at::Tensor& masks, const at::Tensor& boxes, const at::Tensor& objects, int64_t side);

// (R, S, S) fp32, 1 where at least half is covered. Boxes are clamped to the masks' size before.
at::Tensor mask_targets(const at::Tensor& masks, const at::Tensor& boxes, const at::Tensor& objects, int64_t side);

}  // namespace itpn::ops
