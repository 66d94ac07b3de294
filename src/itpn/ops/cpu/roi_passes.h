// RoIAlign of many boxes on several maps, spread over the threads.
// Axes: as in ops/roi_align.h; maps are (B, H, W, C) here.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "itpn/ops/cpu/roi_align_config.h"

namespace itpn::ops {

// Boxes on the host, and the map each is taken from.
struct RoiTask {
  at::Tensor rois;              // (R, 5) fp32, contiguous
  std::vector<int64_t> levels;  // R
  std::vector<double> scales;   // of each level
  RoiAlignConfig config;
};

// Are there kernels for maps on this device?
bool has_roi_kernels(const at::Tensor& map);

// maps (B, H, W, C) fp32, contiguous -> (R, P, Q, C)
at::Tensor pool_rois(const std::vector<at::Tensor>& maps, const RoiTask& task);

// The gradients of the maps, of the given sizes (B, H, W, C). Every entry is a sum in the order of the boxes.
std::vector<at::Tensor> pool_rois_backward(const std::vector<std::vector<int64_t>>& sizes, const at::Tensor& d_out,
                                           const RoiTask& task);

}  // namespace itpn::ops
