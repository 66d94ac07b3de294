// Line charts fit for a paper: curves of one or several runs, without any plotting program.
// Non-goals: logarithmic axes, other kinds of chart.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "itpn/io/drawing.h"

namespace itpn {

struct ChartSeries {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;  // as many as x; values that are not finite leave a gap
};

struct LineChart {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};  // with its unit
  std::vector<ChartSeries> series;
  double y_floor = -std::numeric_limits<double>::infinity();  // the axis is not widened beyond these two
  double y_ceiling = std::numeric_limits<double>::infinity();
  double width = 480;   // units of the drawing
  double height = 300;  // at least: a long legend takes more
};

// Several charts in one picture, row by row; fewer charts than columns in the last row are centred.
struct ChartSheet {
  std::string title = {};
  std::vector<LineChart> charts;
  int columns = 1;
};

// Draws the charts with ticks, labels of the axes and a legend where no curve runs, else beside the curves. A value
// with no neighbour is a dot; a series without a finite value is named in the legend as such. The only series of a
// chart whose y axis has a label needs no legend. Axes span all finite values; a chart without any is an empty frame. A
// PNG has two pixels for each unit.
Drawing draw_charts(const ChartSheet& sheet, DrawingFormat format);

}  // namespace itpn
