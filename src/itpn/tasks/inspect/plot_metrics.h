// Curves of one or several runs as PNG, SVG or PDF: what `itpn plot` and the end of a run draw.
#pragma once

#include <string>
#include <vector>

#include "itpn/io/line_chart.h"

namespace itpn {

struct PlotOptions {
  std::vector<std::string> runs;       // run directories, or metrics.jsonl files
  std::vector<std::string> keys = {};  // which values of metrics.jsonl; empty: the usual ones
  std::string x_key = "step";
  std::string title = {};
  int smooth = 1;  // moving average over so many points
};

// The values of the metrics files as charts, with a series for each run and key. It is named after the run by the
// shortest path that tells it from the others, after the key too where there are several, and after the key alone where
// there is one run; a run without the value is there without points. Lines that are not JSON (a line cut by a crash)
// are left out. With `keys` it is one chart; without, one for each of losses, validation loss, accuracy, learning rate
// and gradient norm that occurs, of several runs the whole loss alone. Throws exit code 5 for a file that cannot be
// read, 2 where there is nothing to plot.
ChartSheet metrics_charts(const PlotOptions& options);

// Draws them into a file, by the ending of its name as PNG, SVG or PDF; another ending is exit code 2, before anything
// is read.
void plot_metrics(const PlotOptions& options, const std::string& path);

}  // namespace itpn
