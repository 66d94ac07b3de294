#include "itpn/io/overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "itpn/io/palette.h"
#include "itpn/io/text_layout.h"

namespace itpn {
namespace {

constexpr double kBoxCasing = 0.5;     // of the line's width, on each side of it
constexpr double kLabelPadding = 0.3;  // of the text's size, left and right of a label

// The smallest part of the mask that holds all of its inside; of width 0 where there is none.
Rect inside_of(const Mask& mask) {
  int left = mask.width, right = 0, top = mask.height, bottom = 0;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.is_inside[static_cast<size_t>(y) * mask.width + x] == 0) continue;
      left = std::min(left, x), right = std::max(right, x + 1);
      top = std::min(top, y), bottom = std::max(bottom, y + 1);
    }
  }
  return {left, top, std::max(0, right - left), std::max(0, bottom - top)};
}

// True where each pixel less than `reach` away in both directions is inside, too.
bool is_deep(const Mask& mask, int x, int y, int reach) {
  if (x < reach || y < reach || x + reach >= mask.width || y + reach >= mask.height) return false;
  for (int near_y = y - reach; near_y <= y + reach; ++near_y) {
    const uint8_t* row = mask.is_inside.data() + static_cast<size_t>(near_y) * mask.width;
    if (std::find(row + x - reach, row + x + reach + 1, uint8_t{0}) != row + x + reach + 1) return false;
  }
  return true;
}

// RGBA of a part of the mask, with an outline of so many pixels.
Image mask_picture(const Mask& mask, const Rect& part, const Colour& colour, double opacity, int outline) {
  Image picture(part.width, part.height, 4);
  const auto filling = static_cast<uint8_t>(std::lround(255 * std::clamp(opacity, 0.0, 1.0)));
  for (int y = 0; y < part.height; ++y) {
    uint8_t* pixel = picture.row(y);
    for (int x = 0; x < part.width; ++x, pixel += 4) {
      const int mask_x = part.left + x, mask_y = part.top + y;
      if (mask.is_inside[static_cast<size_t>(mask_y) * mask.width + mask_x] == 0) continue;
      std::copy(colour.begin(), colour.end(), pixel);
      pixel[3] = is_deep(mask, mask_x, mask_y, outline) ? filling : uint8_t{255};
    }
  }
  return picture;
}

}  // namespace

OverlayStyle overlay_style(double width, double height) {
  const double side = std::min(width, height);
  return {.line = std::clamp(side / 200, 1.5, 8.0), .text = std::clamp(side / 30, 10.0, 48.0)};
}

void draw_box(Drawing& drawing, const Area& box, const Colour& colour, const OverlayStyle& style) {
  drawing.outline(box, {.colour = readable_on(colour), .width = style.line * (1 + 2 * kBoxCasing), .opacity = 0.7});
  drawing.outline(box, {.colour = colour, .width = style.line});
}

Area draw_label(Drawing& drawing, const Area& box, const std::string& words, const Colour& colour, const Area& picture,
                const OverlayStyle& style) {
  const TextStyle text = {.size = style.text, .colour = readable_on(colour)};
  const double padding = kLabelPadding * style.text;
  const std::string shown = elided_text(words, picture.width - 2 * padding, text);
  const double words_width = text_width(shown, text);
  if (words_width == 0) return {};
  Area ground = {box.left, box.top, words_width + 2 * padding, line_height(style.text)};
  if (box.top - ground.height >= picture.top) ground.top -= ground.height;
  ground.left = std::max(picture.left, std::min(ground.left, picture.right() - ground.width));
  ground.top = std::max(picture.top, std::min(ground.top, picture.bottom() - ground.height));
  drawing.fill(ground, {.colour = colour});
  drawing.text({ground.left + padding, ground.top + ground.height / 2}, shown, text);
  return ground;
}

void draw_mask(Drawing& drawing, const Mask& mask, const Area& place, const Colour& colour, const OverlayStyle& style) {
  if (mask.width < 1 || mask.height < 1 || mask.is_inside.size() != static_cast<size_t>(mask.width) * mask.height) {
    throw std::invalid_argument(
        fmt::format("a mask of {} x {} has {} values", mask.height, mask.width, mask.is_inside.size()));
  }
  const Rect part = inside_of(mask);
  if (part.width == 0) return;
  const double x_scale = place.width / mask.width, y_scale = place.height / mask.height;
  const int outline = std::max(1, static_cast<int>(std::lround(style.line / std::max(x_scale, y_scale))));
  drawing.picture(
      mask_picture(mask, part, colour, style.opacity, outline),
      {place.left + part.left * x_scale, place.top + part.top * y_scale, part.width * x_scale, part.height * y_scale});
}

}  // namespace itpn
