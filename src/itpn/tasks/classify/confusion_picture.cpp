#include "itpn/tasks/classify/confusion_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "itpn/core/utf8.h"
#include "itpn/io/chart_axis.h"
#include "itpn/io/text_layout.h"

namespace itpn {
namespace {

constexpr Colour kFull = {0, 74, 130};
constexpr Colour kFrame = {180, 180, 180};
constexpr int64_t kMaxNamed = 100;
constexpr double kMaxName = 170;  // units
constexpr double kMargin = 12;
constexpr double kSide = 800;  // of all cells together, about
constexpr double kBar = 12;    // width of the scale of shares
constexpr TextStyle kTitle = {.size = 11, .colour = kInk, .anchor = TextAnchor::kMiddle};
constexpr TextStyle kSmall = {.size = 9};

struct Layout {
  double cell = 1;   // side of one cell
  Area cells;        // all of them
  TextStyle name;    // of classes, ending at the cells
  double count = 0;  // size of the counts' text; 0: no room
};

Colour shade(double of_one) {
  Colour colour;
  for (size_t c = 0; c < 3; ++c) colour[c] = static_cast<uint8_t>(std::lround(255.0 + (kFull[c] - 255.0) * of_one));
  return colour;
}

double share(int64_t count, int64_t of_all) {
  return of_all > 0 ? static_cast<double>(count) / static_cast<double>(of_all) : 0.0;
}

// Names that fit beside their rows; for too many classes none.
std::vector<std::string> shown_names(const std::vector<std::string>& names, const TextStyle& style) {
  std::vector<std::string> shown;
  if (static_cast<int64_t>(names.size()) > kMaxNamed) return shown;
  for (const std::string& name : names) shown.push_back(elided_text(printable_name(name), kMaxName, style));
  return shown;
}

// The size at which the longest count fits a cell.
double count_size(const ConfusionMatrix& matrix, double cell) {
  const std::vector<int64_t>& counts = matrix.sums();
  const std::string longest = std::to_string(*std::max_element(counts.begin(), counts.end()));
  const double width = text_width(longest, {.size = 1});
  const double size = width > 0 ? std::min(12.0, (cell - 4) / width) : 0.0;
  return size < 6 ? 0.0 : size;
}

Layout layout_of(const ConfusionMatrix& matrix, const std::vector<std::string>& class_names) {
  Layout layout;
  const auto classes = static_cast<double>(matrix.classes());
  layout.cell = std::clamp(std::floor(kSide / classes), 1.0, 72.0);
  const double name_size = matrix.classes() > kMaxNamed ? kSmall.size : std::clamp(0.75 * layout.cell, 6.0, 11.0);
  layout.name = {.size = name_size, .colour = kInk, .anchor = TextAnchor::kEnd};
  layout.count = count_size(matrix, layout.cell);
  double names = widest(shown_names(class_names, layout.name), layout.name);
  if (matrix.classes() > kMaxNamed) names = text_width(std::to_string(matrix.classes()), layout.name);
  const double before = kMargin + line_height(kTitle.size) + std::ceil(names) + 8;
  layout.cells = {before, before, classes * layout.cell, classes * layout.cell};
  return layout;
}

void draw_cells(Drawing& drawing, const ConfusionMatrix& matrix, const Layout& layout) {
  const int classes = static_cast<int>(matrix.classes());
  Image shades(classes, classes, 3);
  for (int label = 0; label < classes; ++label) {
    const int64_t all = matrix.count_of(label);
    for (int predicted = 0; predicted < classes; ++predicted) {
      const Colour colour = shade(share(matrix.count(label, predicted), all));
      std::copy(colour.begin(), colour.end(), shades.row(label) + predicted * 3);
    }
  }
  drawing.picture(shades, layout.cells);
  drawing.outline(layout.cells.grown(0.5), {.colour = kFrame});
}

void draw_counts(Drawing& drawing, const ConfusionMatrix& matrix, const Layout& layout) {
  for (int64_t label = 0; label < matrix.classes(); ++label) {
    const int64_t all = matrix.count_of(label);
    for (int64_t predicted = 0; predicted < matrix.classes(); ++predicted) {
      const int64_t count = matrix.count(label, predicted);
      if (count == 0) continue;
      const Point middle = {layout.cells.left + (static_cast<double>(predicted) + 0.5) * layout.cell,
                            layout.cells.top + (static_cast<double>(label) + 0.5) * layout.cell};
      const Colour& colour = share(count, all) > 0.5 ? kPaper : kInk;
      drawing.text(middle, std::to_string(count),
                   {.size = layout.count, .colour = colour, .anchor = TextAnchor::kMiddle});
    }
  }
}

// A class's name or number beside its row and above its column.
void draw_name(Drawing& drawing, const Layout& layout, size_t index, const std::string& name) {
  const double offset = (static_cast<double>(index) + 0.5) * layout.cell;
  TextStyle upwards = layout.name;
  upwards.is_upwards = true;
  upwards.anchor = TextAnchor::kStart;
  drawing.text({layout.cells.left - 5, layout.cells.top + offset}, name, layout.name);
  drawing.text({layout.cells.left + offset, layout.cells.top - 5}, name, upwards);
}

void draw_names(Drawing& drawing, const std::vector<std::string>& class_names, const Layout& layout) {
  const std::vector<std::string> names = shown_names(class_names, layout.name);
  for (size_t i = 0; i < names.size(); ++i) draw_name(drawing, layout, i, names[i]);
  if (!names.empty()) return;
  for (const double tick : nice_ticks(0, static_cast<double>(class_names.size()) - 1, 10)) {
    draw_name(drawing, layout, static_cast<size_t>(tick), fmt::format("{:.0f}", tick));
  }
}

void draw_titles(Drawing& drawing, const Layout& layout) {
  const double line = kMargin / 2 + line_height(kTitle.size) / 2;
  TextStyle upwards = kTitle;
  upwards.is_upwards = true;
  drawing.text({layout.cells.left + layout.cells.width / 2, line}, "predicted class", kTitle);
  drawing.text({line, layout.cells.top + layout.cells.height / 2}, "true class", upwards);
}

// What shade means what share.
void draw_scale(Drawing& drawing, const Layout& layout) {
  const Area bar = {layout.cells.right() + kMargin, layout.cells.top, kBar, layout.cells.height};
  Image shades(1, 256, 3);
  for (int y = 0; y < 256; ++y) {
    const Colour colour = shade(1 - y / 255.0);
    std::copy(colour.begin(), colour.end(), shades.row(y));
  }
  drawing.picture(shades, bar);
  drawing.outline(bar, {.colour = kFrame});
  for (const int percent : {0, 50, 100}) {
    const double y = bar.bottom() - bar.height * percent / 100.0;
    drawing.text({bar.right() + 4, y}, fmt::format("{} %", percent), kSmall);
  }
  const char* title = "share of the true class";
  TextStyle upwards = kTitle;
  upwards.is_upwards = true;
  upwards.size *= std::min(1.0, bar.height / std::max(1.0, text_width(title, kTitle)));
  drawing.text({bar.right() + text_width("100 %", kSmall) + 14, bar.top + bar.height / 2}, title, upwards);
}

}  // namespace

Drawing draw_confusion(const ConfusionMatrix& matrix, const std::vector<std::string>& class_names,
                       DrawingFormat format) {
  const Layout layout = layout_of(matrix, class_names);
  const double scale_width = 2 * kMargin + kBar + text_width("100 %", kSmall) + line_height(kTitle.size) + 4;
  Drawing drawing({.width = std::ceil(layout.cells.right() + scale_width),
                   .height = layout.cells.bottom() + kMargin,
                   .format = format,
                   .scale = matrix.classes() > kMaxNamed ? 1.0 : 2.0});
  draw_cells(drawing, matrix, layout);
  if (layout.count > 0) draw_counts(drawing, matrix, layout);
  draw_names(drawing, class_names, layout);
  draw_titles(drawing, layout);
  draw_scale(drawing, layout);
  return drawing;
}

}  // namespace itpn
