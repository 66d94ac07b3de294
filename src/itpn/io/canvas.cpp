#include "itpn/io/canvas.h"

#include <algorithm>
#include <cmath>

namespace itpn {
namespace {

// Calls `dot(x, y)` for every pixel of a line of text, x along it and y across it.
template <class Dot>
void for_each_dot(const std::string& words, const Dot& dot) {
  int left = 0;
  for (const char character : words) {
    const Glyph& glyph = glyph_of(character);
    for (int y = 0; y < kGlyphHeight * Canvas::kTextScale; ++y) {
      for (int x = 0; x < kGlyphWidth * Canvas::kTextScale; ++x) {
        const int row = glyph[static_cast<size_t>(y / Canvas::kTextScale)];
        if (row >> (kGlyphWidth - 1 - x / Canvas::kTextScale) & 1) dot(left + x, y);
      }
    }
    left += Canvas::kCharacterWidth;
  }
}

}  // namespace

Canvas::Canvas(int width, int height) : image_(width, height, 3) {
  std::fill(image_.pixels.begin(), image_.pixels.end(), uint8_t{255});
}

void Canvas::blend(int x, int y, const Colour& colour, double coverage) {
  if (x < 0 || y < 0 || x >= image_.width || y >= image_.height) return;
  uint8_t* pixel = image_.row(y) + static_cast<size_t>(x) * 3;
  for (size_t c = 0; c < 3; ++c) {
    pixel[c] = static_cast<uint8_t>(std::lround(pixel[c] + (colour[c] - pixel[c]) * coverage));
  }
}

void Canvas::rectangle(int left, int top, int width, int height, const Colour& colour) {
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) blend(x, y, colour, 1.0);
  }
}

void Canvas::text(int left, int top, const std::string& words, const Colour& colour) {
  for_each_dot(words, [&](int x, int y) { blend(left + x, top + y, colour, 1.0); });
}

void Canvas::text_upwards(int left, int bottom, const std::string& words, const Colour& colour) {
  for_each_dot(words, [&](int x, int y) { blend(left + y, bottom - x, colour, 1.0); });
}

void Canvas::stroke(const Stroke& corners, const Colour& colour) {
  for (size_t i = 1; i < corners.size(); ++i) {
    segment(corners[i - 1].first, corners[i - 1].second, corners[i].first, corners[i].second, colour);
  }
}

void Canvas::segment(double x0, double y0, double x1, double y1, const Colour& colour) {
  constexpr double kHalfWidth = 1.0;
  const double dx = x1 - x0, dy = y1 - y0, squared = dx * dx + dy * dy;
  const int left = static_cast<int>(std::floor(std::min(x0, x1) - 2)),
            right = static_cast<int>(std::ceil(std::max(x0, x1) + 2));
  const int top = static_cast<int>(std::floor(std::min(y0, y1) - 2)),
            bottom = static_cast<int>(std::ceil(std::max(y0, y1) + 2));
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const double along = squared > 0 ? std::clamp(((x - x0) * dx + (y - y0) * dy) / squared, 0.0, 1.0) : 0.0;
      const double distance = std::hypot(x - x0 - along * dx, y - y0 - along * dy);
      blend(x, y, colour, std::clamp(kHalfWidth + 0.5 - distance, 0.0, 1.0));
    }
  }
}

}  // namespace itpn
