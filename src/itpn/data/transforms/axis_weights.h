// The weights of one axis of a resize, exactly as Pillow 9.5 computes them (docs: Pillow's ImagingResample for 8-bit
// pictures): normalised in double precision, then stored as fixed point with 22 fractional bits.
#pragma once

#include <cstdint>
#include <vector>

namespace itpn {

enum class ResizeFilter { kBilinear, kBicubic, kLanczos };

// Fractional bits of a weight: 32 less 8 for the pixel and 2 for sign and overshoot.
inline constexpr int kWeightBits = 22;
inline constexpr int32_t kHalfWeight = 1 << (kWeightBits - 1);  // added before the shift: rounds to the nearest

// A stretch of the output of resizing `in` samples to `out`: positions first .. first + count - 1, last one first if
// mirrored. A whole resize has first = 0, count = out.
struct AxisResize {
  int in = 0;
  int out = 0;
  int first = 0;
  int count = 0;
  bool is_mirrored = false;
  // Whether each output sample is the input sample of the same position, so that the pass can be left out.
  bool is_identity() const { return in == out && !is_mirrored; }
};

// Output sample i is (sum over t < taps[i] of weights[i * stride + t] * input[start[i] + t]), rounded and clipped.
// `input` begins at the first sample that any output needs. Entries of `weights` past taps[i] are 0.
struct AxisWeights {
  int begin = 0;  // needed input samples are begin .. end - 1 of the axis
  int end = 0;
  int stride = 0;  // largest number of taps, rounded up to a multiple of 4 for the vector kernels
  std::vector<int> start;
  std::vector<int> taps;
  std::vector<int32_t> weights;

  int count() const { return static_cast<int>(start.size()); }
  const int32_t* of(int i) const { return weights.data() + static_cast<int64_t>(i) * stride; }
};

// Throws std::invalid_argument unless 0 < in, 0 <= first, 0 < count and first + count <= out.
AxisWeights axis_weights(ResizeFilter filter, const AxisResize& axis);

}  // namespace itpn
