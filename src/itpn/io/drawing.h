// What charts and tables are drawn on: pixels (canvas.h) or vectors (svg_canvas.h). Sizes are in pixels from the upper
// left corner.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "itpn/io/bitmap_font.h"

namespace itpn {

using Colour = std::array<uint8_t, 3>;
using Stroke = std::vector<std::pair<double, double>>;  // (x, y) of its corners

class Drawing {
 public:
  static constexpr int kTextScale = 2;
  static constexpr int kCharacterWidth = (kGlyphWidth + 1) * kTextScale;
  static constexpr int kTextHeight = kGlyphHeight * kTextScale;
  static constexpr int kLineHeight = (kGlyphHeight + 3) * kTextScale;

  virtual ~Drawing() = default;
  virtual void rectangle(int left, int top, int width, int height, const Colour& colour) = 0;
  // One line, from its upper left corner.
  virtual void text(int left, int top, const std::string& words, const Colour& colour) = 0;
  // About two pixels wide.
  virtual void stroke(const Stroke& corners, const Colour& colour) = 0;

  static int text_width(const std::string& words) { return static_cast<int>(words.size()) * kCharacterWidth; }
};

}  // namespace itpn
