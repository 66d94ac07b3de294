#include <torch/torch.h>

#include <algorithm>

#include "itpn/ops/roi_align.h"

namespace itpn::ops {
namespace {

// One axis of R boxes: in cells, with the samples of each bin.
struct Axis {
  at::Tensor start, size;  // (R) fp32
  int64_t bins = 1;
  int64_t cells = 1;
};

// Entries of a piece of work at a time.
constexpr int64_t kMostEntries = int64_t{1} << 26;

// (R): samples of a bin
at::Tensor samples_of(const Axis& axis, const RoiAlignConfig& config) {
  if (config.sampling_ratio > 0) return torch::full_like(axis.size, static_cast<double>(config.sampling_ratio));
  return (axis.size / static_cast<double>(axis.bins)).ceil().clamp_min(0);
}

// (R, bins, cells): what each cell counts in each bin.
at::Tensor axis_matrix(const Axis& axis, const RoiAlignConfig& config) {
  const at::Tensor samples = samples_of(axis, config);
  const at::Tensor cell = torch::arange(axis.cells, axis.start.options());
  const at::Tensor bin_size = (axis.size / static_cast<double>(axis.bins)).unsqueeze(1);  // (R, 1)
  const at::Tensor bin_start = axis.start.unsqueeze(1) + torch::arange(axis.bins, axis.start.options()) * bin_size;
  const int64_t most = samples.numel() == 0 ? 0 : samples.max().item<int64_t>();
  const auto last = static_cast<double>(axis.cells - 1);
  at::Tensor matrix = torch::zeros({samples.size(0), axis.bins, axis.cells}, axis.start.options());
  for (int64_t i = 0; i < most; ++i) {
    const at::Tensor middle = bin_start + (static_cast<double>(i) + 0.5) * bin_size / samples.clamp_min(1).unsqueeze(1);
    const at::Tensor counts = (middle >= -1)
                                  .logical_and(middle <= static_cast<double>(axis.cells))
                                  .logical_and((samples > static_cast<double>(i)).unsqueeze(1));
    const at::Tensor place = middle.clamp(0, last).unsqueeze(2);        // (R, bins, 1)
    const at::Tensor weight = (1 - (place - cell).abs()).clamp_min(0);  // bilinear: a hat around the sample
    matrix = matrix + torch::where(counts.unsqueeze(2), weight, torch::zeros_like(weight));
  }
  return matrix / samples.clamp_min(1).unsqueeze(1).unsqueeze(2);
}

Axis axis_of(const at::Tensor& rois, int64_t low, double scale, bool is_aligned) {
  const double shift = is_aligned ? 0.5 : 0.0;
  const at::Tensor start = rois.select(1, low) * scale - shift;
  const at::Tensor size = rois.select(1, low + 2) * scale - shift - start;
  return {start, is_aligned ? size : size.clamp_min(1)};
}

// map (C, H, W), rois (r, 5) of that image -> (r, C, P, Q)
at::Tensor pool_image(const at::Tensor& map, const at::Tensor& rois, double scale, const RoiAlignConfig& config) {
  const int64_t C = map.size(0), H = map.size(1), W = map.size(2), P = config.rows;
  Axis y = axis_of(rois, 2, scale, config.is_aligned), x = axis_of(rois, 1, scale, config.is_aligned);
  y.bins = P, y.cells = H;
  x.bins = config.columns, x.cells = W;
  const at::Tensor rows = axis_matrix(y, config).reshape({-1, H});  // (r P, H)
  const at::Tensor columns = axis_matrix(x, config);                // (r, Q, W)
  const at::Tensor cells = map.permute({1, 2, 0}).reshape({H, W * C});
  const at::Tensor by_row = torch::matmul(rows, cells).view({-1, P, W, C}).transpose(1, 2);  // (r, W, P, C)
  return torch::bmm(columns, by_row.reshape({-1, W, P * C}))                                 // (r, Q, P C)
      .view({-1, config.columns, P, C})
      .permute({0, 3, 2, 1});
}

}  // namespace

at::Tensor roi_align_by_matrix(const at::Tensor& map, const at::Tensor& rois, double scale,
                               const RoiAlignConfig& config) {
  const at::Tensor values = map.to(torch::kFloat32), boxes = rois.detach();
  at::Tensor out = torch::zeros({rois.size(0), map.size(1), config.rows, config.columns}, values.options());
  const int64_t each = config.rows * map.size(1) * map.size(3);
  for (int64_t image = 0; image < map.size(0); ++image) {
    const at::Tensor own = (boxes.select(1, 0) == static_cast<double>(image)).nonzero().flatten();
    for (const at::Tensor& piece : own.split(std::max<int64_t>(1, kMostEntries / std::max<int64_t>(1, each)))) {
      if (piece.numel() == 0) continue;
      out = out.index_copy(0, piece, pool_image(values[image], boxes.index_select(0, piece), scale, config));
    }
  }
  return out;
}

}  // namespace itpn::ops
