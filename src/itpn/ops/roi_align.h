// RoIAlign (He et al., Mask R-CNN, ICCV 2017): features of boxes by bilinear samples, without rounding of coordinates.
// On the CPU by kernels on all threads, whose backward pass adds in one order whatever the number of threads; elsewhere
// by roi_align_by_matrix(). Axes: B image, C channel, H, W cells of a map, R box, P, Q bins of a column and of a row.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "itpn/ops/cpu/roi_align_config.h"

namespace itpn::ops {

// map (B, C, H, W), rois (R, 5) fp32: image index, x1, y1, x2, y2 in pixels; `scale` = cells of a pixel, 1 / stride.
// -> (R, C, P, Q) fp32, channels last in memory. What lies more than a cell outside counts 0. Gradient to the map.
at::Tensor roi_align(const at::Tensor& map, const at::Tensor& rois, double scale, const RoiAlignConfig& config);

// The same from several maps: box r is taken from maps[levels[r]] (R, int64), which has `strides` of that level.
at::Tensor roi_align_levels(const std::vector<at::Tensor>& maps, const std::vector<int64_t>& strides,
                            const at::Tensor& rois, const at::Tensor& levels, const RoiAlignConfig& config);

// The level of each box (R, 5) by its size (Lin et al., FPN, CVPR 2017): 0 below twice `finest_scale`, one more for
// each doubling, at most count - 1.
at::Tensor roi_levels(const at::Tensor& rois, int64_t count, double finest_scale = 56.0);

// roi_align() by tensor operations: the samples of an axis as a matrix of cells, one product for each axis.
at::Tensor roi_align_by_matrix(const at::Tensor& map, const at::Tensor& rois, double scale,
                               const RoiAlignConfig& config);

}  // namespace itpn::ops
