// An axis of a chart: what it spans, where its ticks are, and how they are labelled.
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace itpn {

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  bool is_empty() const { return low > high; }
  void include(double value);
  // Widened by `share` of its span on both sides, so that a curve does not touch the frame. A single value, or a span
  // within rounding of the values, is widened to one that has room for ticks; nothing at all becomes [0, 1]. Numbers
  // that are never negative are not widened below 0.
  Range widened(double share) const;
};

// Ticks at 1, 2 or 5 times a power of ten in [low, high], about `count` of them.
std::vector<double> nice_ticks(double low, double high, int count);

struct AxisTicks {
  std::vector<double> values;
  std::vector<std::string> labels;  // as many, all with the same number of decimals
  std::string factor;               // what the labels are to be multiplied with, such as "×10⁻⁴"; empty for 1
};

// `is_whole`: only whole numbers have a tick.
AxisTicks axis_ticks(const Range& range, int count, bool is_whole);

}  // namespace itpn
