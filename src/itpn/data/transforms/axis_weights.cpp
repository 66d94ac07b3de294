#include "itpn/data/transforms/axis_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace itpn {
namespace {

// Half-width of each filter at a scale of 1.
double filter_support(ResizeFilter filter) {
  switch (filter) {
    case ResizeFilter::kBilinear:
      return 1.0;
    case ResizeFilter::kBicubic:
      return 2.0;
    case ResizeFilter::kLanczos:
      return 3.0;
  }
  throw std::logic_error("unknown filter");
}

double bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

// Keys' cubic with A = -0.5. The order of the operations is part of the result.
double bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * kA;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos(double x) { return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0; }

double filter_value(ResizeFilter filter, double x) {
  switch (filter) {
    case ResizeFilter::kBilinear:
      return bilinear(x);
    case ResizeFilter::kBicubic:
      return bicubic(x);
    case ResizeFilter::kLanczos:
      return lanczos(x);
  }
  throw std::logic_error("unknown filter");
}

// Rounded half away from zero.
int32_t to_fixed_point(double weight) {
  constexpr double kOne = 1 << kWeightBits;
  return static_cast<int32_t>(weight < 0.0 ? weight * kOne - 0.5 : weight * kOne + 0.5);
}

struct Window {
  double centre = 0.0;
  int first = 0;
  int count = 0;
};

Window window_at(const AxisResize& axis, int position, double scale, double support) {
  Window window;
  window.centre = (position + 0.5) * scale;
  window.first = std::max(0, static_cast<int>(window.centre - support + 0.5));
  window.count = std::min(axis.in, static_cast<int>(window.centre + support + 0.5)) - window.first;
  return window;
}

void check_axis(const AxisResize& axis) {
  if (axis.in > 0 && axis.first >= 0 && axis.count > 0 && axis.first <= axis.out - axis.count) return;
  throw std::invalid_argument(
      fmt::format("cannot resize {} samples to {} and take {} from {}", axis.in, axis.out, axis.count, axis.first));
}

}  // namespace

AxisWeights axis_weights(ResizeFilter filter, const AxisResize& axis) {
  check_axis(axis);
  const double scale = static_cast<double>(axis.in) / axis.out;
  const double filter_scale = std::max(1.0, scale);
  const double support = filter_support(filter) * filter_scale;
  const double to_filter = 1.0 / filter_scale;
  std::vector<Window> windows(static_cast<size_t>(axis.count));
  AxisWeights result;
  result.begin = axis.in;
  int most = 0;
  for (int i = 0; i < axis.count; ++i) {
    const int position = axis.first + (axis.is_mirrored ? axis.count - 1 - i : i);
    windows[i] = window_at(axis, position, scale, support);
    result.begin = std::min(result.begin, windows[i].first);
    result.end = std::max(result.end, windows[i].first + windows[i].count);
    most = std::max(most, windows[i].count);
  }
  result.stride = (most + 3) / 4 * 4;
  result.weights.resize(static_cast<size_t>(axis.count) * result.stride);
  std::vector<double> exact(static_cast<size_t>(most));
  for (int i = 0; i < axis.count; ++i) {
    const Window& window = windows[i];
    double sum = 0.0;
    for (int t = 0; t < window.count; ++t) {
      exact[t] = filter_value(filter, (t + window.first - window.centre + 0.5) * to_filter);
      sum += exact[t];
    }
    int32_t* const into = result.weights.data() + static_cast<int64_t>(i) * result.stride;
    for (int t = 0; t < window.count; ++t) into[t] = to_fixed_point(sum != 0.0 ? exact[t] / sum : exact[t]);
    result.start.push_back(window.first - result.begin);
    result.taps.push_back(window.count);
  }
  return result;
}

}  // namespace itpn
