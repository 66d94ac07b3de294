#include "itpn/tasks/plot_metrics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <sstream>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/io/png_writer.h"

namespace itpn {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxMetricsBytes = 1ULL << 30;

std::vector<json> read_records(const std::string& run) {
  const std::string path = is_directory(posix_fs(), run) ? join_path(run, "metrics.jsonl") : run;
  std::istringstream lines(read_text_file(posix_fs(), path, kMaxMetricsBytes));
  std::vector<json> records;
  for (std::string line; std::getline(lines, line);) {
    json record = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (record.is_object()) records.push_back(std::move(record));
  }
  return records;
}

std::set<std::string> loss_keys(const std::vector<json>& records) {
  std::set<std::string> keys;
  for (const auto& record : records) {
    for (const auto& [key, value] : record.items()) {
      if (key.starts_with("loss") && value.is_number()) keys.insert(key);
    }
  }
  return keys;
}

ChartSeries series_of(const std::vector<json>& records, const std::string& x_key, const std::string& key) {
  ChartSeries series;
  for (const auto& record : records) {
    if (!record.contains(key) || !record[key].is_number() || !record.contains(x_key)) continue;
    series.x.push_back(record[x_key].get<double>());
    series.y.push_back(record[key].get<double>());
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

}  // namespace

LineChart metrics_chart(const PlotOptions& options) {
  LineChart chart;
  chart.title = options.title;
  chart.x_label = options.x_key;
  for (const auto& run : options.runs) {
    const auto records = read_records(run);
    std::vector<std::string> keys = options.keys;
    if (keys.empty()) {
      const auto found = loss_keys(records);
      keys.assign(found.begin(), found.end());
    }
    for (const auto& key : keys) {
      ChartSeries series = series_of(records, options.x_key, key);
      if (series.x.empty()) continue;
      series.name = options.runs.size() > 1 ? fmt::format("{} {}", last_component(run), key) : key;
      series.y = moving_average(series.y, std::max(1, options.smooth));
      chart.series.push_back(std::move(series));
    }
  }
  if (chart.series.empty()) {
    throw usage_error(fmt::format("nothing to plot: no value of {} over \"{}\" in {}",
                                  options.keys.empty() ? "a loss" : fmt::format("{}", fmt::join(options.keys, ", ")),
                                  options.x_key, fmt::join(options.runs, ", ")));
  }
  return chart;
}

void write_chart(const LineChart& chart, const std::string& path) {
  write_file_atomically(posix_fs(), path, encode_png(draw_line_chart(chart)));
}

}  // namespace itpn
