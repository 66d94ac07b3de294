#include "itpn/io/line_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "itpn/io/canvas.h"

namespace itpn {
namespace {

constexpr Colour kInk = {40, 40, 40};
constexpr Colour kGrid = {225, 225, 225};
// Okabe and Ito's palette.
constexpr std::array<Colour, 7> kPalette = {Colour{0, 114, 178},   Colour{213, 94, 0},   Colour{0, 158, 115},
                                            Colour{204, 121, 167}, Colour{86, 180, 233}, Colour{230, 159, 0},
                                            Colour{90, 90, 90}};
constexpr int kCharacterWidth = Canvas::kCharacterWidth;
constexpr int kLineHeight = Canvas::kLineHeight;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
  // Widened so that a curve neither touches the frame nor divides by zero.
  Range padded(double share) const {
    if (empty()) return {0.0, 1.0};
    const double margin = high > low ? (high - low) * share : std::max(1e-12, std::abs(high) * 0.1 + 1e-12);
    return {low - margin, high + margin};
  }
};

// Where the data lie in the picture.
struct Frame {
  int left, top, right, bottom;
  Range x, y;

  double pixel_x(double value) const { return left + (value - x.low) / (x.high - x.low) * (right - left); }
  double pixel_y(double value) const { return bottom - (value - y.low) / (y.high - y.low) * (bottom - top); }
};

int text_width(const std::string& words) { return Canvas::text_width(words); }

std::string tick_label(double value) { return fmt::format("{:.6g}", std::abs(value) < 1e-12 ? 0.0 : value); }

Frame make_frame(const LineChart& chart) {
  Range x, y;
  for (const auto& series : chart.series) {
    for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (!std::isfinite(series.x[i]) || !std::isfinite(series.y[i])) continue;
      x.include(series.x[i]);
      y.include(series.y[i]);
    }
  }
  return {6 * kCharacterWidth + 16,
          2 * kLineHeight,
          chart.width - 24,
          chart.height - 2 * kLineHeight - 12,
          x.padded(0.0),
          y.padded(0.05)};
}

void draw_axes(Canvas& canvas, const Frame& frame, const LineChart& chart) {
  for (const double tick : nice_ticks(frame.y.low, frame.y.high, 6)) {
    const int y = static_cast<int>(std::lround(frame.pixel_y(tick)));
    canvas.rectangle(frame.left, y, frame.right - frame.left, 1, kGrid);
    const std::string label = tick_label(tick);
    canvas.text(frame.left - 8 - text_width(label), y - kGlyphHeight, label, kInk);
  }
  for (const double tick : nice_ticks(frame.x.low, frame.x.high, 8)) {
    const int x = static_cast<int>(std::lround(frame.pixel_x(tick)));
    canvas.rectangle(x, frame.top, 1, frame.bottom - frame.top, kGrid);
    const std::string label = tick_label(tick);
    canvas.text(x - text_width(label) / 2, frame.bottom + 8, label, kInk);
  }
  canvas.rectangle(frame.left, frame.bottom, frame.right - frame.left, 2, kInk);
  canvas.rectangle(frame.left - 2, frame.top, 2, frame.bottom - frame.top + 2, kInk);
  canvas.text((chart.width - text_width(chart.title)) / 2, kLineHeight / 2, chart.title, kInk);
  canvas.text((frame.left + frame.right - text_width(chart.x_label)) / 2, chart.height - kLineHeight, chart.x_label,
              kInk);
}

void draw_series(Canvas& canvas, const Frame& frame, const ChartSeries& series, const Colour& colour) {
  for (size_t i = 1; i < std::min(series.x.size(), series.y.size()); ++i) {
    if (!std::isfinite(series.y[i]) || !std::isfinite(series.y[i - 1])) continue;
    canvas.segment(frame.pixel_x(series.x[i - 1]), frame.pixel_y(series.y[i - 1]), frame.pixel_x(series.x[i]),
                   frame.pixel_y(series.y[i]), colour);
  }
  if (series.x.size() == 1 && std::isfinite(series.y.front())) {
    const int x = static_cast<int>(frame.pixel_x(series.x[0])), y = static_cast<int>(frame.pixel_y(series.y[0]));
    canvas.rectangle(x - 2, y - 2, 5, 5, colour);
  }
}

void draw_legend(Canvas& canvas, const Frame& frame, const LineChart& chart) {
  int widest = 0;
  for (const auto& series : chart.series) widest = std::max(widest, text_width(series.name));
  const int left = frame.right - widest - 12;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const int top = frame.top + 8 + static_cast<int>(i) * kLineHeight;
    canvas.rectangle(left - 36, top + kGlyphHeight - 2, 28, 4, kPalette[i % kPalette.size()]);
    canvas.text(left, top, chart.series[i].name, kInk);
  }
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!(high > low) || count < 1) return {};
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double tick = std::ceil(low / step); tick * step <= high; ++tick) ticks.push_back(tick * step);
  return ticks;
}

Image draw_line_chart(const LineChart& chart) {
  Canvas canvas(chart.width, chart.height);
  const Frame frame = make_frame(chart);
  draw_axes(canvas, frame, chart);
  for (size_t i = 0; i < chart.series.size(); ++i) {
    draw_series(canvas, frame, chart.series[i], kPalette[i % kPalette.size()]);
  }
  draw_legend(canvas, frame, chart);
  return canvas.take();
}

}  // namespace itpn
