#include "itpn/data/transforms/resample_kernels.h"

#include <algorithm>
#include <vector>

namespace itpn {
namespace {

uint8_t clip(int32_t sum) { return static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255)); }

void scalar_horizontal(const HorizontalPass& pass) {
  const AxisWeights& w = *pass.weights;
  for (int y = 0; y < pass.rows; ++y) {
    const uint8_t* const row = pass.source + y * pass.source_stride;
    uint8_t* to = pass.into + y * pass.into_stride;
    for (int x = 0; x < w.count(); ++x, to += 3) {
      const uint8_t* from = row + 3 * w.start[x];
      int32_t sums[3] = {kHalfWeight, kHalfWeight, kHalfWeight};
      for (int t = 0; t < w.taps[x]; ++t, from += 3) {
        for (int c = 0; c < 3; ++c) sums[c] += from[c] * w.of(x)[t];
      }
      for (int c = 0; c < 3; ++c) to[c] = clip(sums[c]);
    }
  }
}

void scalar_vertical(const VerticalPass& pass) {
  const AxisWeights& w = *pass.weights;
  std::vector<int32_t> sums(static_cast<size_t>(pass.row_bytes));
  for (int y = 0; y < w.count(); ++y) {
    std::fill(sums.begin(), sums.end(), kHalfWeight);
    for (int t = 0; t < w.taps[y]; ++t) {
      const uint8_t* const row = pass.source + (w.start[y] + t) * pass.source_stride;
      for (int i = 0; i < pass.row_bytes; ++i) sums[i] += row[i] * w.of(y)[t];
    }
    std::transform(sums.begin(), sums.end(), pass.into + y * pass.into_stride, clip);
  }
}

constexpr ResampleKernels kScalarResample{"scalar", scalar_horizontal, scalar_vertical};

std::vector<const ResampleKernels*> find_usable_resample() {
  std::vector<const ResampleKernels*> found{&kScalarResample};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) found.push_back(&kAvx2ResampleKernels);
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni")) {
    found.push_back(&kAvx512ResampleKernels);
  }
#endif
  return found;
}

}  // namespace

const ResampleKernels& scalar_resample_kernels() { return kScalarResample; }

std::span<const ResampleKernels* const> usable_resample_kernels() {
  static const std::vector<const ResampleKernels*> kUsable = find_usable_resample();
  return kUsable;
}

}  // namespace itpn
