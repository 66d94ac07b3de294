// Colour jitter: brightness, contrast and saturation, each by a factor around 1, in a random order (spec of the
// recipes, 2 and 5.3). Draws as in crop_box.h.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "itpn/data/transforms/augment_step.h"

namespace itpn {

// Factors are drawn from [1 - strength, 1 + strength], not below 0: brightness, contrast, saturation; then the order,
// by two integers.
template <class Draws>
std::array<AugmentStep, 3> draw_color_jitter(Draws& draws, double strength) {
  std::array<AugmentStep, 3> steps = {
      AugmentStep{AugmentOp::kBrightness, 1.0}, {AugmentOp::kContrast, 1.0}, {AugmentOp::kColor, 1.0}};
  for (auto& step : steps) step.argument = draws.uniform(std::max(0.0, 1.0 - strength), 1.0 + strength);
  for (int last = 2; last > 0; --last) std::swap(steps[last], steps[draws.integer(0, last)]);
  return steps;
}

}  // namespace itpn
