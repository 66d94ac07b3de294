// Where the parts of a line chart go: the first half of drawing it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "itpn/io/chart_axis.h"
#include "itpn/io/legend.h"
#include "itpn/io/line_chart.h"

namespace itpn {

inline constexpr TextStyle kTitleText = {.size = 11, .colour = kInk, .anchor = TextAnchor::kMiddle, .is_bold = true};
inline constexpr TextStyle kLabelText = {.size = 10, .colour = kInk, .anchor = TextAnchor::kMiddle};
inline constexpr TextStyle kTickText = {.size = 9};

using Polyline = std::vector<Point>;

// All places are relative to the chart's upper left corner.
struct ChartLayout {
  double height = 0;  // of the whole chart
  std::vector<std::string> title, x_label, y_label;
  AxisTicks x_ticks, y_ticks;
  Range x, y;
  Area frame;                                 // in which the curves are
  std::vector<std::vector<Polyline>> curves;  // the unbroken parts of each series
  std::optional<Legend> legend;
  Point legend_corner;

  double x_place(double value) const { return frame.left + (value - x.low) / (x.high - x.low) * frame.width; }
  double y_place(double value) const { return frame.bottom() - (value - y.low) / (y.high - y.low) * frame.height; }
};

ChartLayout layout_of(const LineChart& chart);

}  // namespace itpn
