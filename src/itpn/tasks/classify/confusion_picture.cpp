#include "itpn/tasks/classify/confusion_picture.h"

#include <algorithm>
#include <cmath>

#include "itpn/data/datasets/sample_error.h"
#include "itpn/io/canvas.h"

namespace itpn {
namespace {

constexpr Colour kInk = {40, 40, 40};
constexpr Colour kPaper = {255, 255, 255};
constexpr Colour kFull = {0, 74, 130};
constexpr int64_t kMaxNamed = 40;
constexpr size_t kMaxNameLength = 24;
constexpr int kMargin = 16;
constexpr int kSide = 800;  // pixels for all cells together, more where there are more classes

struct Layout {
  int cell = 0;
  int left = 0, top = 0;  // of the first cell
  bool has_names = false;
};

std::vector<std::string> short_names(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const std::string& name : names) result.push_back(printable_name(name).substr(0, kMaxNameLength));
  return result;
}

Layout layout_of(int64_t classes, const std::vector<std::string>& names) {
  Layout layout;
  layout.cell = std::clamp(static_cast<int>(kSide / classes), 1, 64);
  layout.has_names = classes <= kMaxNamed;
  int widest = 0;
  if (layout.has_names) {
    for (const std::string& name : names) widest = std::max(widest, Canvas::text_width(name));
  }
  layout.left = layout.top = kMargin + Canvas::kLineHeight + widest + kMargin / 2;
  return layout;
}

Colour shade(double share) {
  Colour colour;
  for (size_t c = 0; c < 3; ++c) colour[c] = static_cast<uint8_t>(std::lround(255.0 + (kFull[c] - 255.0) * share));
  return colour;
}

void draw_cells(Canvas& canvas, const ConfusionMatrix& matrix, const Layout& layout) {
  for (int64_t label = 0; label < matrix.classes(); ++label) {
    const int64_t all = matrix.count_of(label);
    for (int64_t predicted = 0; predicted < matrix.classes(); ++predicted) {
      const int64_t count = matrix.count(label, predicted);
      const double share = all > 0 ? static_cast<double>(count) / static_cast<double>(all) : 0.0;
      const int x = layout.left + static_cast<int>(predicted) * layout.cell;
      const int y = layout.top + static_cast<int>(label) * layout.cell;
      canvas.rectangle(x, y, layout.cell, layout.cell, shade(share));
      const std::string number = std::to_string(count);
      if (count == 0 || Canvas::text_width(number) + 4 > layout.cell) continue;
      canvas.text(x + (layout.cell - Canvas::text_width(number)) / 2,
                  y + (layout.cell - kGlyphHeight * Canvas::kTextScale) / 2, number, share > 0.5 ? kPaper : kInk);
    }
  }
}

void draw_names(Canvas& canvas, const std::vector<std::string>& names, const Layout& layout) {
  const int middle = (layout.cell - kGlyphHeight * Canvas::kTextScale) / 2;
  for (size_t i = 0; i < names.size(); ++i) {
    const int offset = static_cast<int>(i) * layout.cell + middle;
    canvas.text(layout.left - kMargin / 2 - Canvas::text_width(names[i]), layout.top + offset, names[i], kInk);
    canvas.text_upwards(layout.left + offset, layout.top - kMargin / 2, names[i], kInk);
  }
}

}  // namespace

Image draw_confusion(const ConfusionMatrix& matrix, const std::vector<std::string>& class_names) {
  const std::vector<std::string> names = short_names(class_names);
  const Layout layout = layout_of(matrix.classes(), names);
  const int side = layout.cell * static_cast<int>(matrix.classes());
  Canvas canvas(layout.left + side + kMargin, layout.top + side + kMargin);
  const Colour frame = {180, 180, 180};
  canvas.rectangle(layout.left - 1, layout.top - 1, side + 2, side + 2, frame);
  draw_cells(canvas, matrix, layout);
  if (layout.has_names) draw_names(canvas, names, layout);
  canvas.text(layout.left, kMargin / 2, "predicted", kInk);
  canvas.text_upwards(kMargin / 2, layout.top + side, "true", kInk);
  return canvas.take();
}

}  // namespace itpn
