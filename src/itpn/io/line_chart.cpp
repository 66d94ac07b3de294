#include "itpn/io/line_chart.h"

#include <algorithm>

#include "itpn/io/chart_layout.h"
#include "itpn/io/palette.h"
#include "itpn/io/text_layout.h"

namespace itpn {
namespace {

constexpr double kPixelsPerUnit = 2;
constexpr double kDot = 2.5;  // radius of a value with no neighbour
constexpr double kSheetMargin = 6;
constexpr TextStyle kSheetTitle = {.size = 13, .colour = kInk, .anchor = TextAnchor::kMiddle, .is_bold = true};

Point moved(const Point& point, const Point& by) { return {point.x + by.x, point.y + by.y}; }

void draw_ticks(Drawing& drawing, const ChartLayout& layout, const Point& corner) {
  const Area frame = {corner.x + layout.frame.left, corner.y + layout.frame.top, layout.frame.width,
                      layout.frame.height};
  const Line grid = {.colour = kGrid, .width = 0.6};
  TextStyle style = kTickText;
  style.anchor = TextAnchor::kEnd;
  for (size_t i = 0; i < layout.y_ticks.values.size(); ++i) {
    const double y = corner.y + layout.y_place(layout.y_ticks.values[i]);
    drawing.polyline({{frame.left, y}, {frame.right(), y}}, grid);
    drawing.text({frame.left - 4, y}, layout.y_ticks.labels[i], style);
  }
  style.anchor = TextAnchor::kMiddle;
  for (size_t i = 0; i < layout.x_ticks.values.size(); ++i) {
    const double x = corner.x + layout.x_place(layout.x_ticks.values[i]);
    drawing.polyline({{x, frame.top}, {x, frame.bottom()}}, grid);
    drawing.text({x, frame.bottom() + 3 + line_height(style.size) / 2}, layout.x_ticks.labels[i], style);
  }
  drawing.polyline({{frame.left, frame.top}, {frame.left, frame.bottom()}, {frame.right(), frame.bottom()}}, {});
}

void draw_labels(Drawing& drawing, const LineChart& chart, const ChartLayout& layout, const Point& corner) {
  const Area& frame = layout.frame;
  draw_lines(drawing, {corner.x + chart.width / 2, corner.y + 6 + line_height(kTitleText.size) / 2}, layout.title,
             kTitleText);
  TextStyle style = kLabelText;
  const double x_line = frame.bottom() + 4 + line_height(kTickText.size) + line_height(style.size) / 2;
  draw_lines(drawing, {corner.x + frame.left + frame.width / 2, corner.y + x_line}, layout.x_label, style);
  style.is_upwards = true;
  draw_lines(drawing, {corner.x + 6 + style.size / 2, corner.y + frame.top + frame.height / 2}, layout.y_label, style);
}

void draw_curves(Drawing& drawing, const ChartLayout& layout, const Point& corner) {
  for (size_t i = 0; i < layout.curves.size(); ++i) {
    const Line line = curve_line(i);
    for (Polyline part : layout.curves[i]) {
      for (Point& point : part) point = moved(point, corner);
      if (part.size() == 1) {
        drawing.fill_disc(part[0], kDot, {.colour = line.colour});
      } else {
        drawing.polyline(part, line);
      }
    }
  }
}

void draw_chart(Drawing& drawing, const LineChart& chart, const Point& corner) {
  const ChartLayout layout = layout_of(chart);
  draw_ticks(drawing, layout, corner);
  draw_labels(drawing, chart, layout, corner);
  draw_curves(drawing, layout, corner);
  if (layout.legend) layout.legend->draw(drawing, moved(layout.legend_corner, corner));
}

struct Grid {
  double cell_width = 1, cell_height = 1;
  size_t columns = 1, rows = 0;
};

// All cells are as large as the largest chart.
Grid grid_of(const ChartSheet& sheet) {
  Grid grid;
  for (const LineChart& chart : sheet.charts) {
    grid.cell_width = std::max(grid.cell_width, chart.width);
    grid.cell_height = std::max(grid.cell_height, layout_of(chart).height);
  }
  grid.columns =
      std::clamp<size_t>(static_cast<size_t>(std::max(1, sheet.columns)), 1, std::max<size_t>(1, sheet.charts.size()));
  grid.rows = (sheet.charts.size() + grid.columns - 1) / grid.columns;
  return grid;
}

}  // namespace

Drawing draw_charts(const ChartSheet& sheet, DrawingFormat format) {
  const Grid grid = grid_of(sheet);
  const double width = static_cast<double>(grid.columns) * grid.cell_width;
  const auto title = wrap_text(sheet.title, width - 2 * kSheetMargin, kSheetTitle);
  const double line = line_height(kSheetTitle.size);
  const double top = sheet.title.empty() ? 0 : kSheetMargin + static_cast<double>(title.size()) * line;
  Drawing drawing({.width = width,
                   .height = top + static_cast<double>(grid.rows) * grid.cell_height,
                   .format = format,
                   .scale = kPixelsPerUnit});
  draw_lines(drawing, {width / 2, kSheetMargin + line / 2}, title, kSheetTitle);
  for (size_t i = 0; i < sheet.charts.size(); ++i) {
    const size_t row = i / grid.columns, in_row = std::min(grid.columns, sheet.charts.size() - row * grid.columns);
    const double left = (width - static_cast<double>(in_row) * grid.cell_width) / 2;
    LineChart chart = sheet.charts[i];
    chart.height = grid.cell_height;
    draw_chart(drawing, chart,
               {left + static_cast<double>(i % grid.columns) * grid.cell_width,
                top + static_cast<double>(row) * grid.cell_height});
  }
  return drawing;
}

}  // namespace itpn
