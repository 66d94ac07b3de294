// The mean of numbers as numpy takes it, to the last bit: sums of eight interleaved accumulators within blocks, blocks
// added in pairs.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

namespace itpn {

inline double pairwise_sum(std::span<const double> values) {
  constexpr size_t kLanes = 8, kBlock = 128;
  const size_t count = values.size();
  if (count < kLanes) {
    double sum = 0.0;
    for (const double value : values) sum += value;
    return sum;
  }
  if (count > kBlock) {
    const size_t half = count / 2 - count / 2 % kLanes;
    return pairwise_sum(values.first(half)) + pairwise_sum(values.subspan(half));
  }
  double lane[kLanes];
  for (size_t i = 0; i < kLanes; ++i) lane[i] = values[i];
  size_t next = kLanes;
  for (; next + kLanes <= count; next += kLanes) {
    for (size_t i = 0; i < kLanes; ++i) lane[i] += values[next + i];
  }
  double sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
  for (; next < count; ++next) sum += values[next];
  return sum;
}

// NaN of no numbers.
inline double pairwise_mean(std::span<const double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return pairwise_sum(values) / static_cast<double>(values.size());
}

}  // namespace itpn
