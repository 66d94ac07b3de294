// Where RoIAlign samples along one axis: the arithmetic of the published operator, in fp32. Torch-free.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "itpn/ops/cpu/roi_kernels.h"

namespace itpn::ops {

// One axis of a box on a map.
struct RoiAxis {
  float start = 0.0F, size = 0.0F;  // in cells
  int64_t bins = 1;
  int64_t samples = 1;  // of each bin
  int64_t cells = 1;    // of the map

  float bin_size() const { return size / static_cast<float>(bins); }
};

struct RoiAxisRule {
  float scale = 1.0F;  // cells of a pixel
  bool is_aligned = true;
  int64_t sampling_ratio = 0;  // samples of a bin; 0: as many as a bin has cells, rounded up

  // The axis from `low` to `high`, pixels.
  RoiAxis axis(float low, float high, int64_t bins, int64_t cells) const {
    const float shift = is_aligned ? 0.5F : 0.0F;
    const float start = low * scale - shift;
    float size = high * scale - shift - start;
    if (!is_aligned) size = std::max(size, 1.0F);
    RoiAxis found = {start, size, bins, sampling_ratio, cells};
    if (sampling_ratio > 0) return found;
    const float samples = std::ceil(size / static_cast<float>(bins));
    found.samples = samples > 0.0F && std::isfinite(samples) ? static_cast<int64_t>(samples) : 0;
    return found;
  }
};

// The two cells of a sample; outside the map it counts nothing.
struct SampleCells {
  int64_t low = 0, high = 0;
  float low_weight = 0.0F, high_weight = 0.0F;
  bool is_inside = false;
};

inline SampleCells sample_cells(const RoiAxis& axis, int64_t bin, int64_t sample) {
  float at = axis.start + static_cast<float>(bin) * axis.bin_size() +
             (static_cast<float>(sample) + 0.5F) * axis.bin_size() / static_cast<float>(axis.samples);
  if (!(at >= -1.0F && at <= static_cast<float>(axis.cells))) return {};
  at = std::max(at, 0.0F);
  const auto low = static_cast<int64_t>(at);
  if (low >= axis.cells - 1) return {axis.cells - 1, axis.cells - 1, 1.0F, 0.0F, true};
  const float fraction = at - static_cast<float>(low);
  return {low, low + 1, 1.0F - fraction, fraction, true};
}

// The samples of each bin summed up by cell and divided by their number.
class AxisWeights {
 public:
  explicit AxisWeights(const RoiAxis& axis);
  cpu::BinWeights bins() const {
    return {static_cast<int64_t>(first_.size()), stride_, first_.data(), count_.data(), weights_.data(), low_, high_};
  }

 private:
  void add(const RoiAxis& axis, int64_t bin);

  int64_t stride_ = 0, low_ = 0, high_ = 0;
  std::vector<int32_t> first_, count_;
  std::vector<float> weights_;
};

}  // namespace itpn::ops
