#include "itpn/tasks/inspect/plot_metrics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <set>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/io/metric_records.h"
#include "itpn/io/png_writer.h"

namespace itpn {
namespace {

constexpr uint64_t kMaxMetricsBytes = 1ULL << 30;

std::vector<MetricRecord> read_records(const std::string& run) {
  const std::string path = is_directory(posix_fs(), run) ? join_path(run, "metrics.jsonl") : run;
  return parse_metric_records(read_text_file(posix_fs(), path, kMaxMetricsBytes));
}

struct Run {
  std::string name;
  std::vector<MetricRecord> records;
};

// What one of the usual charts shows.
struct Panel {
  const char* title;
  bool (*shows)(const std::string& key, bool several_runs);
};

constexpr std::array<Panel, 5> kPanels = {
    Panel{"loss", [](const std::string& key,
                     bool several_runs) { return several_runs ? key == "loss" : key.starts_with("loss"); }},
    Panel{"validation loss",
          [](const std::string& key, bool) { return key.starts_with("val") && key.ends_with("loss"); }},
    Panel{"accuracy, %", [](const std::string& key, bool) { return key.ends_with("top1"); }},
    Panel{"learning rate", [](const std::string& key, bool) { return key == "lr"; }},
    Panel{"gradient norm", [](const std::string& key, bool) { return key == "grad_norm"; }}};

// Keys in alphabetical order.
std::set<std::string> number_keys(const std::vector<Run>& runs) {
  std::set<std::string> keys;
  for (const Run& run : runs) {
    for (const MetricRecord& record : run.records) {
      for (const auto& [key, value] : record) keys.insert(key);
    }
  }
  return keys;
}

ChartSeries series_of(const std::vector<MetricRecord>& records, const std::string& x_key, const std::string& key) {
  ChartSeries series;
  for (const MetricRecord& record : records) {
    if (!record.contains(key) || !record.contains(x_key)) continue;
    series.x.push_back(record.at(x_key));
    series.y.push_back(record.at(key));
  }
  return series;
}

std::vector<double> moving_average(const std::vector<double>& values, int window) {
  std::vector<double> smooth(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t begin = i + 1 >= static_cast<size_t>(window) ? i + 1 - static_cast<size_t>(window) : 0;
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = values.begin() + static_cast<std::ptrdiff_t>(i + 1);
    smooth[i] = std::accumulate(first, last, 0.0) / static_cast<double>(last - first);
  }
  return smooth;
}

std::string last_component(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path.substr(path.find_last_of('/') + 1);
}

LineChart chart_of(const std::vector<Run>& runs, const std::vector<std::string>& keys, const PlotOptions& options) {
  LineChart chart;
  chart.x_label = options.x_key;
  for (const Run& run : runs) {
    for (const std::string& key : keys) {
      ChartSeries series = series_of(run.records, options.x_key, key);
      if (series.x.empty()) continue;
      series.name = runs.size() > 1 ? fmt::format("{} {}", run.name, key) : key;
      series.y = moving_average(series.y, std::max(1, options.smooth));
      chart.series.push_back(std::move(series));
    }
  }
  return chart;
}

}  // namespace

std::vector<LineChart> metrics_charts(const PlotOptions& options) {
  std::vector<Run> runs;
  for (const std::string& run : options.runs) runs.push_back({last_component(run), read_records(run)});
  std::vector<LineChart> charts;
  const auto add = [&](const std::string& title, const std::vector<std::string>& keys) {
    LineChart chart = chart_of(runs, keys, options);
    chart.title = title;
    if (!chart.series.empty()) charts.push_back(std::move(chart));
  };
  if (!options.keys.empty()) {
    add(options.title, options.keys);
  } else {
    const std::set<std::string> all = number_keys(runs);
    for (const Panel& panel : kPanels) {
      std::vector<std::string> keys;
      std::copy_if(all.begin(), all.end(), std::back_inserter(keys),
                   [&](const std::string& key) { return panel.shows(key, runs.size() > 1); });
      add(options.title.empty() ? panel.title : fmt::format("{}: {}", options.title, panel.title), keys);
    }
  }
  if (charts.empty()) {
    throw usage_error(fmt::format("nothing to plot: no value of {} over \"{}\" in {}",
                                  options.keys.empty() ? "a loss" : fmt::format("{}", fmt::join(options.keys, ", ")),
                                  options.x_key, fmt::join(options.runs, ", ")));
  }
  return charts;
}

void write_charts(const std::vector<LineChart>& charts, const std::string& path) {
  const int columns = charts.size() > 1 ? 2 : 1;
  if (path.ends_with(".svg")) {
    write_file_atomically(posix_fs(), path, svg_line_charts(charts, columns));
  } else {
    write_file_atomically(posix_fs(), path, encode_png(draw_line_charts(charts, columns)));
  }
}

}  // namespace itpn
