#include "itpn/io/chart_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "itpn/io/free_place.h"
#include "itpn/io/palette.h"
#include "itpn/io/text_layout.h"

namespace itpn {
namespace {

constexpr double kMargin = 6;          // around everything
constexpr double kTickGap = 4;         // between the frame and the labels of its ticks
constexpr double kUnitsPerXTick = 60;  // about
constexpr double kUnitsPerYTick = 42;
constexpr double kLegendInside = 0.6;   // of the frame's width at most
constexpr double kLegendBeside = 0.42;  // of the chart's width at most

// Larger numbers leave a gap, as those that are not finite do: their differences would overflow.
constexpr double kLargest = 1e300;

bool is_drawn(const ChartSeries& series, size_t i) {
  return std::abs(series.x[i]) <= kLargest && std::abs(series.y[i]) <= kLargest;
}

size_t size_of(const ChartSeries& series) { return std::min(series.x.size(), series.y.size()); }

struct DataRange {
  Range x, y;
  bool has_whole_x = true;
};

DataRange range_of(const LineChart& chart) {
  DataRange range;
  for (const ChartSeries& series : chart.series) {
    for (size_t i = 0; i < size_of(series); ++i) {
      if (!is_drawn(series, i)) continue;
      range.x.include(series.x[i]);
      range.y.include(series.y[i]);
      range.has_whole_x = range.has_whole_x && series.x[i] == std::round(series.x[i]);
    }
  }
  return range;
}

Range y_axis(const LineChart& chart, const Range& data) {
  Range axis = data.widened(0.05);
  if (data.is_empty()) return axis;
  axis.low = std::max(axis.low, std::min(chart.y_floor, data.low));
  axis.high = std::min(axis.high, std::max(chart.y_ceiling, data.high));
  return axis.high > axis.low ? axis : data.widened(0.05);
}

Range x_axis(const DataRange& data) {
  if (data.has_whole_x && data.x.low == data.x.high) return {data.x.low - 1, data.x.high + 1};
  return data.x.widened(0.0);
}

// "loss (×10⁻³)", "memory (bytes, ×10⁹)"
std::vector<std::string> label_lines(const std::string& label, const AxisTicks& ticks, double room) {
  std::string text = label.empty() ? ticks.factor : label;
  if (!label.empty() && !ticks.factor.empty()) {
    text = label.ends_with(')') ? fmt::format("{}, {})", label.substr(0, label.size() - 1), ticks.factor)
                                : fmt::format("{} ({})", label, ticks.factor);
  }
  return wrap_text(text, room, kLabelText);
}

double lines_height(const std::vector<std::string>& lines, const TextStyle& style) {
  if (lines.empty() || lines[0].empty()) return 0;
  return static_cast<double>(lines.size()) * line_height(style.size);
}

std::vector<Polyline> curve_of(const ChartSeries& series, const ChartLayout& layout) {
  std::vector<Polyline> parts;
  bool is_open = false;
  for (size_t i = 0; i < size_of(series); ++i) {
    if (!is_drawn(series, i)) {
      is_open = false;
      continue;
    }
    if (!is_open) parts.emplace_back();
    is_open = true;
    parts.back().push_back({layout.x_place(series.x[i]), layout.y_place(series.y[i])});
  }
  return parts;
}

// Ticks, labels and the frame that they leave, `beside` units of the width being taken by a legend.
void place_frame(const LineChart& chart, double beside, ChartLayout& layout) {
  const DataRange data = range_of(chart);
  const double width = chart.width - beside;
  layout.x = x_axis(data);
  layout.y = y_axis(chart, data.y);
  layout.title = wrap_text(chart.title, chart.width - 2 * kMargin, kTitleText);
  layout.x_ticks = axis_ticks(layout.x, std::max(2, static_cast<int>(width / kUnitsPerXTick)), data.has_whole_x);
  layout.x_label = label_lines(chart.x_label, layout.x_ticks, width - 2 * kMargin);
  const double top = 2 * kMargin + lines_height(layout.title, kTitleText);
  const double below = kMargin + lines_height(layout.x_label, kLabelText) + line_height(kTickText.size) + kTickGap;
  layout.y_ticks =
      axis_ticks(layout.y, std::max(2, static_cast<int>((layout.height - top - below) / kUnitsPerYTick)), false);
  layout.y_label = label_lines(chart.y_label, layout.y_ticks, layout.height - top - below);
  const double left =
      kMargin + lines_height(layout.y_label, kLabelText) + widest(layout.y_ticks.labels, kTickText) + kTickGap;
  const double last_tick = layout.x_ticks.labels.empty() ? 0 : text_width(layout.x_ticks.labels.back(), kTickText);
  const double right = std::max(2 * kMargin, last_tick / 2 + 2);
  layout.frame = {left, top, std::max(1.0, width - left - right), std::max(1.0, layout.height - top - below)};
  layout.curves.clear();
  for (const ChartSeries& series : chart.series) layout.curves.push_back(curve_of(series, layout));
}

std::vector<LegendEntry> legend_entries(const LineChart& chart, const ChartLayout& layout) {
  std::vector<LegendEntry> entries;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const bool has_values = !layout.curves[i].empty();
    entries.push_back({.name = chart.series[i].name + (has_values ? "" : " (no values)"),
                       .mark = has_values ? LegendMark::kLine : LegendMark::kNone,
                       .line = curve_line(i)});
  }
  return entries;
}

bool place_legend_inside(const std::vector<LegendEntry>& entries, ChartLayout& layout) {
  const Area room = layout.frame.grown(-3);
  FreePlace free_place(room);
  for (const std::vector<Polyline>& parts : layout.curves) {
    for (const Polyline& part : parts) free_place.cover(part);
  }
  layout.legend.emplace(entries, LegendOptions{.max_width = kLegendInside * layout.frame.width});
  const std::optional<Point> corner = free_place.find(layout.legend->width(), layout.legend->height());
  layout.legend_corner = corner.value_or(Point{});
  return corner.has_value();
}

void place_legend_beside(const LineChart& chart, const std::vector<LegendEntry>& entries, ChartLayout& layout) {
  layout.legend.emplace(entries, LegendOptions{.max_width = kLegendBeside * chart.width});
  layout.height = std::max(chart.height, layout.legend->height() + (chart.height - layout.frame.height));
  place_frame(chart, layout.legend->width(), layout);
  layout.legend_corner = {chart.width - layout.legend->width(), layout.frame.top};
}

}  // namespace

ChartLayout layout_of(const LineChart& chart) {
  ChartLayout layout;
  layout.height = chart.height;
  place_frame(chart, 0, layout);
  const bool is_named_by_axis = chart.series.size() == 1 && !chart.y_label.empty() && !layout.curves[0].empty();
  if (chart.series.empty() || is_named_by_axis) return layout;
  const std::vector<LegendEntry> entries = legend_entries(chart, layout);
  if (!place_legend_inside(entries, layout)) place_legend_beside(chart, entries, layout);
  return layout;
}

}  // namespace itpn
