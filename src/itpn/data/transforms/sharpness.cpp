#include "itpn/data/transforms/sharpness.h"

#include <cstring>

#include "itpn/data/transforms/point_ops.h"

namespace itpn {
namespace {

constexpr int kCentreWeight = 5;
constexpr int kWeights = 13;  // their sum

// Sums of three rows, value by value.
void add_rows(const uint8_t* above, const uint8_t* at, const uint8_t* below, size_t bytes, uint16_t* sums) {
  for (size_t i = 0; i < bytes; ++i) sums[i] = static_cast<uint16_t>(above[i] + at[i] + below[i]);
}

// The inner values of one row. 13 is odd, so that rounding to nearest meets no ties.
void blend_row(const uint8_t* from, const uint16_t* sums, size_t bytes, float factor, uint8_t* into) {
  for (size_t i = 3; i + 3 < bytes; ++i) {
    const int sum = sums[i - 3] + sums[i] + sums[i + 3] + (kCentreWeight - 1) * from[i];
    into[i] = blend((2 * sum + kWeights) / (2 * kWeights), from[i], factor);
  }
}

}  // namespace

void adjust_sharpness(const RgbPixels& picture, double factor, std::vector<uint8_t>& scratch) {
  const size_t bytes = picture.row_bytes();
  // Three rows of sums would do, but a whole copy keeps the loops plain.
  scratch.resize(picture.bytes());
  std::memcpy(scratch.data(), picture.data, picture.bytes());
  std::vector<uint16_t> sums(bytes);
  for (int y = 1; y + 1 < picture.height; ++y) {
    const uint8_t* const from = scratch.data() + static_cast<size_t>(y) * bytes;
    add_rows(from - bytes, from, from + bytes, bytes, sums.data());
    blend_row(from, sums.data(), bytes, static_cast<float>(factor), picture.row(y));
  }
}

}  // namespace itpn
