// A mask as one byte a pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace itpn {

struct Bitmap {
  int64_t height = 0;
  int64_t width = 0;
  std::vector<uint8_t> values;  // (height, width), row-major, 0 or 1

  Bitmap() = default;
  Bitmap(int64_t h, int64_t w) : height(h), width(w), values(static_cast<size_t>(h * w)) {}
  uint8_t* row(int64_t y) { return values.data() + y * width; }
  const uint8_t* row(int64_t y) const { return values.data() + y * width; }
  bool operator==(const Bitmap&) const = default;
};

}  // namespace itpn
