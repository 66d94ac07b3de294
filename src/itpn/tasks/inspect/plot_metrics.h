// Curves of one or several runs as PNG or SVG: what `itpn plot` and the end of a run draw.
#pragma once

#include <string>
#include <vector>

#include "itpn/io/line_chart.h"

namespace itpn {

struct PlotOptions {
  std::vector<std::string> runs;  // run directories, or metrics.jsonl files
  std::vector<std::string> keys;  // which values of metrics.jsonl; empty: the usual ones
  std::string x_key = "step";
  std::string title;
  int smooth = 1;  // moving average over so many points
};

// The values of the metrics files as chart series, one for each run and key that occurs. The series are named after the
// key, and after the run too where there are several. Lines that are not JSON (a line cut by a crash) are left out.
// With `keys` it is one chart; without, one for each of losses, validation loss, accuracy, learning rate and gradient
// norm that occurs, of several runs the whole loss alone. Throws exit code 5 for a file that cannot be read, 2 where
// there is nothing to plot.
std::vector<LineChart> metrics_charts(const PlotOptions& options);

// Draws the charts into a file: SVG where its name ends so, PNG otherwise.
void write_charts(const std::vector<LineChart>& charts, const std::string& path);

}  // namespace itpn
