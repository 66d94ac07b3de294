#include "itpn/ops/cpu/roi_grid.h"

namespace itpn::ops {

AxisWeights::AxisWeights(const RoiAxis& axis)
    : first_(static_cast<size_t>(axis.bins)), count_(static_cast<size_t>(axis.bins)) {
  if (axis.samples <= 0) return;
  // Samples of a bin lie less than its size apart; each reads two cells.
  const double widest = std::min(std::abs(static_cast<double>(axis.bin_size())), static_cast<double>(axis.cells));
  stride_ = std::min(static_cast<int64_t>(widest) + 3, axis.cells);
  weights_.assign(static_cast<size_t>(axis.bins * stride_), 0.0F);
  low_ = axis.cells;
  for (int64_t bin = 0; bin < axis.bins; ++bin) add(axis, bin);
  low_ = std::min(low_, high_);
}

void AxisWeights::add(const RoiAxis& axis, int64_t bin) {
  const auto place = static_cast<size_t>(bin);
  const float share = 1.0F / static_cast<float>(axis.samples);
  float* weights = weights_.data() + bin * stride_;
  int64_t first = axis.cells;
  for (int64_t i = 0; i < axis.samples; ++i) {
    const SampleCells cells = sample_cells(axis, bin, i);
    if (cells.is_inside) first = std::min(first, cells.low);
  }
  int64_t last = first - 1;
  for (int64_t i = 0; i < axis.samples; ++i) {
    const SampleCells cells = sample_cells(axis, bin, i);
    if (!cells.is_inside) continue;
    weights[cells.low - first] += share * cells.low_weight;
    weights[cells.high - first] += share * cells.high_weight;
    last = std::max(last, cells.high);
  }
  first_[place] = static_cast<int32_t>(first);
  count_[place] = static_cast<int32_t>(last - first + 1);
  if (last < first) return;
  low_ = std::min(low_, first);
  high_ = std::max(high_, last + 1);
}

}  // namespace itpn::ops
