#include "itpn/io/legend.h"

#include <algorithm>

#include "itpn/io/palette.h"
#include "itpn/io/text_layout.h"

namespace itpn {
namespace {

// As multiples of the text's size.
constexpr double kMarkWidth = 2.2;
constexpr double kGap = 0.6;      // between mark and name
constexpr double kPadding = 0.5;  // around everything

}  // namespace

Legend::Legend(const std::vector<LegendEntry>& entries, const LegendOptions& options) {
  style_.size = options.text_size;
  const double room = options.max_width - (kMarkWidth + kGap + 2 * kPadding) * style_.size;
  for (const LegendEntry& entry : entries) placed_.push_back({entry, wrap_text(entry.name, room, style_)});
  place(options.max_height);
}

// Below each other, in a new column where the height is used up.
void Legend::place(double max_height) {
  const double padding = kPadding * style_.size, before_name = (kMarkWidth + kGap) * style_.size;
  double left = padding, top = padding, column_width = 0;
  for (Placed& placed : placed_) {
    const double height = static_cast<double>(placed.lines.size()) * line_height(style_.size);
    if (top > padding && top + height + padding > max_height) {
      left += column_width + 2 * padding;
      top = padding;
      column_width = 0;
    }
    placed.left = left;
    placed.top = top;
    top += height;
    column_width = std::max(column_width, before_name + widest(placed.lines, style_));
    width_ = std::max(width_, left + column_width + padding);
    height_ = std::max(height_, top + padding);
  }
}

void Legend::draw(Drawing& drawing, const Point& corner) const {
  drawing.fill({corner.x, corner.y, width_, height_}, {.colour = kPaper, .opacity = 0.9});
  for (const Placed& placed : placed_) draw_entry(drawing, placed, corner);
}

void Legend::draw_entry(Drawing& drawing, const Placed& placed, const Point& corner) const {
  const double size = style_.size, left = corner.x + placed.left;
  const double middle = corner.y + placed.top + line_height(size) / 2;
  TextStyle style = style_;
  switch (placed.entry.mark) {
    case LegendMark::kLine:
      drawing.polyline({{left, middle}, {left + kMarkWidth * size, middle}}, placed.entry.line);
      break;
    case LegendMark::kArea:
      drawing.fill({left, middle - 0.45 * size, kMarkWidth * size, 0.9 * size}, {.colour = placed.entry.line.colour});
      break;
    case LegendMark::kNone:
      style.colour = kFaint;
      break;
  }
  draw_lines(drawing, {left + (kMarkWidth + kGap) * size, middle}, placed.lines, style);
}

}  // namespace itpn
