// Curves of one or several runs as a PNG: what `itpn plot` and the end of a run draw.
#pragma once

#include <string>
#include <vector>

#include "itpn/io/line_chart.h"

namespace itpn {

struct PlotOptions {
  std::vector<std::string> runs;  // run directories, or metrics.jsonl files
  std::vector<std::string> keys;  // which values of metrics.jsonl; empty: every key that starts with "loss"
  std::string x_key = "step";
  std::string title;
  int smooth = 1;  // moving average over so many points
};

// The values of the metrics files as chart series, one for each run and key that occurs. The series are named after the
// key, and after the run too where there are several. Lines that are not JSON (a line cut by a crash) are left out.
// Throws exit code 5 for a file that cannot be read, 2 where no key of `keys` occurs in any of them.
LineChart metrics_chart(const PlotOptions& options);

// Draws the chart into a PNG file.
void write_chart(const LineChart& chart, const std::string& path);

}  // namespace itpn
