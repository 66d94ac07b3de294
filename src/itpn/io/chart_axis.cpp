#include "itpn/io/chart_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "itpn/io/drawing.h"

namespace itpn {
namespace {

constexpr int kMaxDecimals = 9;

int exponent_of(double value) { return static_cast<int>(std::floor(std::log10(value) + 1e-9)); }

// Numbers from a thousandth to some ten thousand are written out; whole ones, such as steps, up to ten million.
int common_exponent(double largest, bool is_whole) {
  if (!(largest > 0)) return 0;
  const int exponent = exponent_of(largest);
  return exponent < -3 || exponent >= (is_whole ? 7 : 5) ? exponent : 0;
}

std::string raised(int exponent) {
  constexpr std::array<const char*, 10> kDigits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(exponent))) text += kDigits[static_cast<size_t>(digit - '0')];
  return text;
}

std::string factor_of(int exponent) {
  if (exponent == 0) return "";
  const std::string factor = "×10" + raised(exponent);
  return has_glyphs(factor) ? factor : fmt::format("1e{}", exponent);
}

}  // namespace

void Range::include(double value) {
  low = std::min(low, value);
  high = std::max(high, value);
}

Range Range::widened(double share) const {
  if (is_empty()) return {0.0, 1.0};
  const double least_span = std::max(1e-300, 1e-9 * std::max(std::abs(low), std::abs(high)));
  const double margin = high - low > least_span ? (high - low) * share : std::abs(high) * 0.1 + 1e-12;
  return {low >= 0 ? std::max(0.0, low - margin) : low - margin, high + margin};
}

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

AxisTicks axis_ticks(const Range& range, int count, bool is_whole) {
  AxisTicks ticks;
  for (const double tick : nice_ticks(range.low, range.high, count)) {
    if (!is_whole || tick == std::round(tick)) ticks.values.push_back(tick);
  }
  double largest = 0;
  for (const double tick : ticks.values) largest = std::max(largest, std::abs(tick));
  const int exponent = common_exponent(largest, is_whole);
  const double unit = std::pow(10.0, exponent);
  int decimals = 0;
  if (ticks.values.size() > 1) {
    const double step = std::max((ticks.values[1] - ticks.values[0]) / unit, 1e-9);
    decimals = std::clamp(-exponent_of(step), 0, kMaxDecimals);
  }
  for (const double tick : ticks.values) {
    ticks.labels.push_back(ticks.values.size() > 1 ? fmt::format("{:.{}f}", tick / unit + 0.0, decimals)
                                                   : fmt::format("{:.6g}", tick / unit));
  }
  ticks.factor = factor_of(exponent);
  return ticks;
}

}  // namespace itpn
