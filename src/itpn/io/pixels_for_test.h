// Looking at the pixels of a drawing, for tests.
#pragma once

#include <algorithm>

#include "itpn/io/drawing.h"

namespace itpn::test {

inline Colour pixel(const Image& image, int x, int y) {
  const uint8_t* at = image.row(y) + static_cast<size_t>(x) * 3;
  return {at[0], at[1], at[2]};
}

inline int count_colour(const Image& image, const Colour& colour) {
  int count = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) count += pixel(image, x, y) == colour;
  }
  return count;
}

// The smallest part of the picture outside of which everything is white; of width 0 where all is.
inline Rect drawn_part(const Image& image) {
  int left = image.width, right = 0, top = image.height, bottom = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (pixel(image, x, y) == kPaper) continue;
      left = std::min(left, x), right = std::max(right, x + 1);
      top = std::min(top, y), bottom = std::max(bottom, y + 1);
    }
  }
  return {left, top, std::max(0, right - left), std::max(0, bottom - top)};
}

}  // namespace itpn::test
