#include "itpn/io/line_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "itpn/io/canvas.h"
#include "itpn/io/svg_canvas.h"

namespace itpn {
namespace {

constexpr Colour kInk = {40, 40, 40};
constexpr Colour kGrid = {225, 225, 225};
// Okabe and Ito's palette.
constexpr std::array<Colour, 7> kPalette = {Colour{0, 114, 178},   Colour{213, 94, 0},   Colour{0, 158, 115},
                                            Colour{204, 121, 167}, Colour{86, 180, 233}, Colour{230, 159, 0},
                                            Colour{90, 90, 90}};
constexpr int kCharacterWidth = Drawing::kCharacterWidth;
constexpr int kLineHeight = Drawing::kLineHeight;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
  // Widened so that a curve neither touches the frame nor divides by zero. A span within rounding of the values counts
  // as none: there would be no room for ticks between two neighbouring numbers.
  Range padded(double share) const {
    if (empty()) return {0.0, 1.0};
    const double least_span = std::max(1e-300, 1e-9 * std::max(std::abs(low), std::abs(high)));
    const double margin = high - low > least_span ? (high - low) * share : std::abs(high) * 0.1 + 1e-12;
    return {low - margin, high + margin};
  }
};

// Larger numbers leave a gap, as those that are not finite do: their differences would overflow.
constexpr double kLargest = 1e300;

bool is_drawn(const ChartSeries& series, size_t i) {
  return std::abs(series.x[i]) <= kLargest && std::abs(series.y[i]) <= kLargest;
}

// Where a chart and, in it, its data lie in the picture.
struct Frame {
  int chart_left, chart_top;
  int left, top, right, bottom;
  Range x, y;

  double pixel_x(double value) const { return left + (value - x.low) / (x.high - x.low) * (right - left); }
  double pixel_y(double value) const { return bottom - (value - y.low) / (y.high - y.low) * (bottom - top); }
};

int text_width(const std::string& words) { return Drawing::text_width(words); }

std::string tick_label(double value) { return fmt::format("{:.6g}", std::abs(value) < 1e-12 ? 0.0 : value); }

Frame make_frame(const LineChart& chart, int chart_left, int chart_top) {
  Range x, y;
  for (const auto& series : chart.series) {
    for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (!is_drawn(series, i)) continue;
      x.include(series.x[i]);
      y.include(series.y[i]);
    }
  }
  return {chart_left,
          chart_top,
          chart_left + 6 * kCharacterWidth + 16,
          chart_top + 2 * kLineHeight,
          chart_left + chart.width - 24,
          chart_top + chart.height - 2 * kLineHeight - 12,
          x.padded(0.0),
          y.padded(0.05)};
}

void draw_axes(Drawing& canvas, const Frame& frame, const LineChart& chart) {
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
  canvas.text(frame.chart_left + (chart.width - text_width(chart.title)) / 2, frame.chart_top + kLineHeight / 2,
              chart.title, kInk);
  canvas.text((frame.left + frame.right - text_width(chart.x_label)) / 2, frame.chart_top + chart.height - kLineHeight,
              chart.x_label, kInk);
}

void draw_series(Drawing& canvas, const Frame& frame, const ChartSeries& series, const Colour& colour) {
  Stroke stroke;
  const auto finish = [&] {
    if (stroke.size() > 1) canvas.stroke(stroke, colour);
    stroke.clear();
  };
  for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
    if (is_drawn(series, i)) {
      stroke.emplace_back(frame.pixel_x(series.x[i]), frame.pixel_y(series.y[i]));
    } else {
      finish();
    }
  }
  finish();
  if (series.x.size() == 1 && series.y.size() == 1 && is_drawn(series, 0)) {
    const int x = static_cast<int>(frame.pixel_x(series.x[0])), y = static_cast<int>(frame.pixel_y(series.y[0]));
    canvas.rectangle(x - 2, y - 2, 5, 5, colour);
  }
}

struct Box {
  int left, top, width, height;

  bool holds(double x, double y) const { return x >= left && x < left + width && y >= top && y < top + height; }
};

// The length of the curves that lies in a box, in pixels.
double covered_length(const Frame& frame, const LineChart& chart, const Box& box) {
  constexpr int kPieces = 16;  // of the line between two points
  double length = 0.0;
  for (const auto& series : chart.series) {
    for (size_t i = 1; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (!is_drawn(series, i - 1) || !is_drawn(series, i)) continue;
      const double x = frame.pixel_x(series.x[i - 1]), y = frame.pixel_y(series.y[i - 1]);
      const double across = frame.pixel_x(series.x[i]) - x, down = frame.pixel_y(series.y[i]) - y;
      for (int piece = 0; piece < kPieces; ++piece) {
        const double share = (piece + 0.5) / kPieces;
        if (box.holds(x + share * across, y + share * down)) length += std::hypot(across, down) / kPieces;
      }
    }
  }
  return length;
}

// In the corner where it hides the least of the curves.
void draw_legend(Drawing& canvas, const Frame& frame, const LineChart& chart) {
  int widest = 0;
  for (const auto& series : chart.series) widest = std::max(widest, text_width(series.name));
  const int width = 36 + widest + 12, height = static_cast<int>(chart.series.size()) * kLineHeight;
  const int right = frame.right - width, left = frame.left + 12, top = frame.top + 8,
            bottom = frame.bottom - height - 4;
  const std::array<Box, 4> corners = {Box{right, top, width, height}, Box{right, bottom, width, height},
                                      Box{left, top, width, height}, Box{left, bottom, width, height}};
  std::array<double, 4> hidden{};
  for (size_t i = 0; i < corners.size(); ++i) hidden[i] = covered_length(frame, chart, corners[i]);
  const Box& box = corners[static_cast<size_t>(std::min_element(hidden.begin(), hidden.end()) - hidden.begin())];
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const int y = box.top + static_cast<int>(i) * kLineHeight;
    canvas.rectangle(box.left, y + kGlyphHeight - 2, 28, 4, kPalette[i % kPalette.size()]);
    canvas.text(box.left + 36, y, chart.series[i].name, kInk);
  }
}

void draw_chart(Drawing& canvas, const LineChart& chart, int left, int top) {
  const Frame frame = make_frame(chart, left, top);
  draw_axes(canvas, frame, chart);
  for (size_t i = 0; i < chart.series.size(); ++i) {
    draw_series(canvas, frame, chart.series[i], kPalette[i % kPalette.size()]);
  }
  draw_legend(canvas, frame, chart);
}

// Calls `place(chart, left, top)` for each chart; all cells are as large as the largest chart.
template <class Place>
void for_each_place(const std::vector<LineChart>& charts, int columns, const Place& place) {
  int width = 0, height = 0;
  for (const LineChart& chart : charts) {
    width = std::max(width, chart.width);
    height = std::max(height, chart.height);
  }
  for (size_t i = 0; i < charts.size(); ++i) {
    const int index = static_cast<int>(i);
    place(charts[i], index % columns * width, index / columns * height);
  }
}

std::pair<int, int> size_of(const std::vector<LineChart>& charts, int columns) {
  int width = 1, height = 1;
  for_each_place(charts, columns, [&](const LineChart& chart, int left, int top) {
    width = std::max(width, left + chart.width);
    height = std::max(height, top + chart.height);
  });
  return {width, height};
}

void draw_all(Drawing& canvas, const std::vector<LineChart>& charts, int columns) {
  for_each_place(charts, columns,
                 [&](const LineChart& chart, int left, int top) { draw_chart(canvas, chart, left, top); });
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
  const double first = std::ceil(low / step);
  // Counted from the first one: where numbers are so large that adding 1 changes nothing, the loop ends all the same.
  for (int i = 0; i <= 2 * count && (first + i) * step <= high; ++i) ticks.push_back((first + i) * step);
  return ticks;
}

Image draw_line_chart(const LineChart& chart) { return draw_line_charts({chart}, 1); }

Image draw_line_charts(const std::vector<LineChart>& charts, int columns) {
  const auto [width, height] = size_of(charts, columns);
  Canvas canvas(width, height);
  draw_all(canvas, charts, columns);
  return canvas.take();
}

std::string svg_line_charts(const std::vector<LineChart>& charts, int columns) {
  const auto [width, height] = size_of(charts, columns);
  SvgCanvas canvas(width, height);
  draw_all(canvas, charts, columns);
  return canvas.take();
}

}  // namespace itpn
