#include "itpn/tasks/inspect/plot_metrics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <numeric>
#include <set>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/io/distinct_paths.h"
#include "itpn/io/metric_records.h"

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

bool is_loss(const std::string& key) { return key.starts_with("loss") || key.ends_with("loss"); }
bool is_validation_loss(const std::string& key) { return key.starts_with("val") && is_loss(key); }
bool is_accuracy(const std::string& key) { return key.ends_with("top1") || key.ends_with("top5"); }

// Which values one of the usual charts shows.
using Panel = bool (*)(const std::string& key, bool several_runs);

constexpr std::array<Panel, 5> kPanels = {
    [](const std::string& key, bool several_runs) { return several_runs ? key == "loss" : key.starts_with("loss"); },
    [](const std::string& key, bool) { return is_validation_loss(key); },
    [](const std::string& key, bool) { return key.ends_with("top1"); },
    [](const std::string& key, bool) { return key == "lr"; },
    [](const std::string& key, bool) { return key == "grad_norm"; }};

// What a value is called on its axis, with its unit.
std::string axis_label(const std::string& key) {
  static const std::map<std::string, std::string> kLabels = {{"lr", "learning rate"},
                                                             {"grad_norm", "gradient norm"},
                                                             {"images_per_s", "speed (images/s)"},
                                                             {"memory", "peak memory (bytes)"},
                                                             {"data_wait", "waiting for data (share of time)"},
                                                             {"peer_wait", "waiting for processes (share of time)"},
                                                             {"save_stall", "waiting for a checkpoint (s)"},
                                                             {"val_loss", "validation loss"},
                                                             {"val_top1", "top-1 accuracy (%)"},
                                                             {"val_top5", "top-5 accuracy (%)"}};
  if (const auto known = kLabels.find(key); known != kLabels.end()) return known->second;
  return is_accuracy(key) ? fmt::format("{} (%)", key) : key;
}

// Of several values: what they have in common, if anything.
std::string axis_label(const std::vector<std::string>& keys) {
  if (keys.size() == 1) return axis_label(keys[0]);
  if (std::ranges::all_of(keys, is_validation_loss)) return "validation loss";
  if (std::ranges::all_of(keys, is_loss)) return "loss";
  if (!std::ranges::all_of(keys, is_accuracy)) return "";
  const bool is_first = std::ranges::all_of(keys, [](const std::string& key) { return key.ends_with("top1"); });
  return is_first ? "top-1 accuracy (%)" : "accuracy (%)";
}

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

std::vector<Run> read_runs(const std::vector<std::string>& paths) {
  std::vector<std::string> directories;
  for (const std::string& path : paths) {
    directories.push_back(path.ends_with("/metrics.jsonl") ? parent_path(path) : path);
  }
  const std::vector<std::string> names = distinct_paths(directories);
  std::vector<Run> runs;
  for (size_t i = 0; i < paths.size(); ++i) runs.push_back({names[i], read_records(paths[i])});
  return runs;
}

bool has_any(const Run& run, const std::vector<std::string>& keys, const std::string& x_key) {
  return std::ranges::any_of(keys,
                             [&](const std::string& key) { return !series_of(run.records, x_key, key).x.empty(); });
}

// The values of one key, run by run. A run with none of the keys is there once, under its name alone.
void add_series(const std::vector<Run>& runs, const std::vector<std::string>& keys, size_t k,
                const PlotOptions& options, LineChart* chart) {
  for (const Run& run : runs) {
    const bool is_named_once = keys.size() == 1 || !has_any(run, keys, options.x_key);
    ChartSeries series = series_of(run.records, options.x_key, keys[k]);
    const bool is_left_out = series.x.empty() && (is_named_once ? k > 0 : options.keys.empty());
    if (is_left_out) continue;
    series.name = runs.size() == 1 ? keys[k] : is_named_once ? run.name : fmt::format("{} {}", run.name, keys[k]);
    series.y = moving_average(series.y, std::max(1, options.smooth));
    chart->series.push_back(std::move(series));
  }
}

// Key by key, so that a run has one colour in all charts of a single key.
LineChart chart_of(const std::vector<Run>& runs, const std::vector<std::string>& keys, const PlotOptions& options) {
  LineChart chart{.x_label = options.x_key, .y_label = keys.empty() ? "" : axis_label(keys), .series = {}};
  for (size_t k = 0; k < keys.size(); ++k) add_series(runs, keys, k, options, &chart);
  if (!keys.empty() && std::ranges::all_of(keys, is_accuracy)) {
    chart.y_floor = 0;
    chart.y_ceiling = 100;
  }
  return chart;
}

bool has_values(const LineChart& chart) {
  return std::ranges::any_of(chart.series, [](const ChartSeries& series) { return !series.x.empty(); });
}

// The keys of each chart.
std::vector<std::vector<std::string>> chart_keys(const std::vector<Run>& runs, const PlotOptions& options) {
  if (!options.keys.empty()) return {options.keys};
  const std::set<std::string> all = number_keys(runs);
  std::vector<std::vector<std::string>> charts;
  for (const Panel& shows : kPanels) {
    std::vector<std::string>& keys = charts.emplace_back();
    std::ranges::copy_if(all, std::back_inserter(keys),
                         [&](const std::string& key) { return shows(key, runs.size() > 1); });
  }
  return charts;
}

}  // namespace

ChartSheet metrics_charts(const PlotOptions& options) {
  const std::vector<Run> runs = read_runs(options.runs);
  ChartSheet sheet{.title = options.title, .charts = {}};
  for (const std::vector<std::string>& keys : chart_keys(runs, options)) {
    LineChart chart = chart_of(runs, keys, options);
    if (has_values(chart)) sheet.charts.push_back(std::move(chart));
  }
  if (sheet.charts.empty()) {
    throw usage_error(fmt::format("nothing to plot: no value of {} over \"{}\" in {}",
                                  options.keys.empty() ? "a loss" : fmt::format("{}", fmt::join(options.keys, ", ")),
                                  options.x_key, fmt::join(options.runs, ", ")));
  }
  sheet.columns = sheet.charts.size() > 1 ? 2 : 1;
  return sheet;
}

void plot_metrics(const PlotOptions& options, const std::string& path) {
  const DrawingFormat format = drawing_format(path);
  write_file_atomically(posix_fs(), path, draw_charts(metrics_charts(options), format).file());
}

}  // namespace itpn
