// A metrics.jsonl from hostile text: its numbers, whatever they are, can be drawn.
#include "itpn/io/line_chart.h"
#include "itpn/io/metric_records.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  itpn::LineChart chart{.title = "t", .x_label = "x", .series = {}, .width = 96, .height = 64};
  itpn::ChartSeries series;
  for (const auto& record : itpn::parse_metric_records({reinterpret_cast<const char*>(data), size})) {
    series.name = record.empty() ? "" : record.begin()->first;
    for (const auto& [key, value] : record) {
      series.x.push_back(record.begin()->second);
      series.y.push_back(value);
    }
  }
  chart.series.push_back(series);
  itpn::draw_charts({.charts = {chart}}, itpn::DrawingFormat::kPng).file();
  return 0;
}
