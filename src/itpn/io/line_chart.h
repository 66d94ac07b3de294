// Line charts as pictures: loss curves of a run, without any plotting program.
// Non-goals: styles, other kinds of chart.
#pragma once

#include <string>
#include <vector>

#include "itpn/io/image.h"

namespace itpn {

struct ChartSeries {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;  // as many as x; values that are not finite leave a gap
};

struct LineChart {
  std::string title;
  std::string x_label;
  std::vector<ChartSeries> series;
  int width = 960;
  int height = 540;
};

// Ticks at 1, 2 or 5 times a power of ten that cover [low, high], about `count` of them.
std::vector<double> nice_ticks(double low, double high, int count);

// Draws the chart, with ticks, a legend and one colour a series (a palette that colour-blind people can tell apart).
// Axes span all finite values; a chart without any is an empty frame.
Image draw_line_chart(const LineChart& chart);

// Several charts in one picture, row by row, `columns` in each.
Image draw_line_charts(const std::vector<LineChart>& charts, int columns);
// The same as an SVG document.
std::string svg_line_charts(const std::vector<LineChart>& charts, int columns);

}  // namespace itpn
