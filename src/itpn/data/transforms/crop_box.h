// Which part of a picture a training sample shows. The draws come from any source with
//   double uniform();  double uniform(double low, double high);  int64_t integer(int64_t low, int64_t high);
// so that tests can replay recorded ones; a run passes a RandomStream.
#pragma once

#include <algorithm>
#include <cmath>

#include "itpn/io/image.h"

namespace itpn {

struct CropRange {
  double min_scale = 0.2;  // share of the picture's area
  double max_scale = 1.0;
  double min_ratio = 3.0 / 4.0;  // width / height
  double max_ratio = 4.0 / 3.0;
};

// Half to even, as the rounding of the published recipes (std::nearbyint in the default rounding mode).
inline int round_to_int(double x) { return static_cast<int>(std::nearbyint(x)); }

// The largest centred crop whose ratio is allowed.
inline Rect central_crop(int width, int height, const CropRange& range) {
  const double ratio = static_cast<double>(width) / height;
  int w = width, h = height;
  if (ratio < range.min_ratio) h = round_to_int(w / range.min_ratio);
  if (ratio > range.max_ratio) w = round_to_int(h * range.max_ratio);
  w = std::clamp(w, 1, width);
  h = std::clamp(h, 1, height);
  return {(width - w) / 2, (height - h) / 2, w, h};
}

// Random resized crop: up to 10 draws of area and ratio, the first that fits is placed at random; else central_crop.
template <class Draws>
Rect random_crop(Draws& draws, int width, int height, const CropRange& range) {
  constexpr int kTries = 10;
  const double area = static_cast<double>(width) * height;
  for (int i = 0; i < kTries; ++i) {
    const double target = area * draws.uniform(range.min_scale, range.max_scale);
    const double ratio = std::exp(draws.uniform(std::log(range.min_ratio), std::log(range.max_ratio)));
    const int w = round_to_int(std::sqrt(target * ratio)), h = round_to_int(std::sqrt(target / ratio));
    if (w <= 0 || h <= 0 || w > width || h > height) continue;
    const auto top = static_cast<int>(draws.integer(0, height - h));
    const auto left = static_cast<int>(draws.integer(0, width - w));
    return {left, top, w, h};
  }
  return central_crop(width, height, range);
}

// The crop of linear probing: one draw, clamped to the picture. Four uniform draws: area, ratio, top, left.
template <class Draws>
Rect loop_free_crop(Draws& draws, int width, int height, const CropRange& range) {
  const auto between = [&](double low, double high) { return low + (high - low) * draws.uniform(); };
  const double target = static_cast<double>(width) * height * between(range.min_scale, range.max_scale);
  const double ratio = std::exp(between(std::log(range.min_ratio), std::log(range.max_ratio)));
  const int w = std::clamp(round_to_int(std::sqrt(target * ratio)), 1, width);
  const int h = std::clamp(round_to_int(std::sqrt(target / ratio)), 1, height);
  const auto place = [&](int room) { return static_cast<int>(std::floor(draws.uniform() * (room + 1))); };
  const int top = place(height - h);
  return {place(width - w), top, w, h};
}

}  // namespace itpn
