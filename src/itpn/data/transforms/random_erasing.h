// Random erasing: rectangles of a normalised picture that are overwritten (spec of the recipes, 5.4). Draws as in
// crop_box.h.
#pragma once

#include <cmath>
#include <vector>

#include "itpn/data/transforms/crop_box.h"

namespace itpn {

struct ErasingConfig {
  double probability = 0.25;
  int max_count = 1;
  double min_area = 0.02;  // share of the picture, divided by the number of rectangles
  double max_area = 1.0 / 3.0;
  double min_ratio = 0.3;  // height / width
  double max_ratio = 1.0 / 0.3;
};

// The rectangles to erase, none with probability 1 - c.probability. The number is drawn only if max_count > 1. A
// rectangle that is not strictly smaller than the picture in 10 draws is left out. `fill(rect)` is called right after
// each rectangle is drawn, so that its noise comes from the same stream in the same order.
template <class Draws, class Fill>
void erase_randomly(Draws& draws, int width, int height, const ErasingConfig& c, const Fill& fill) {
  constexpr int kTries = 10;
  if (draws.uniform() > c.probability) return;
  const int count = c.max_count > 1 ? static_cast<int>(draws.integer(1, c.max_count)) : 1;
  const double area = static_cast<double>(width) * height;
  for (int k = 0; k < count; ++k) {
    for (int i = 0; i < kTries; ++i) {
      const double target = draws.uniform(c.min_area, c.max_area) * area / count;
      const double ratio = std::exp(draws.uniform(std::log(c.min_ratio), std::log(c.max_ratio)));
      const int h = round_to_int(std::sqrt(target * ratio)), w = round_to_int(std::sqrt(target / ratio));
      if (w >= width || h >= height) continue;
      const auto top = static_cast<int>(draws.integer(0, height - h));
      const auto left = static_cast<int>(draws.integer(0, width - w));
      fill(Rect{left, top, w, h});
      break;
    }
  }
}

}  // namespace itpn
