// RandAugment (spec of the recipes, 5.2). Draws as in crop_box.h, and
//   double normal(double mean, double deviation);
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "itpn/data/transforms/augment_step.h"

namespace itpn {

struct RandAugmentConfig {
  int count = 2;               // operations that are drawn, with replacement
  double magnitude = 10.0;     // 0 to 10
  double magnitude_std = 0.0;  // of the normal distribution around it
  bool is_increasing = false;  // whether a larger magnitude always means a stronger change
  double probability = 0.5;    // that a drawn operation is applied
};

inline constexpr int kRandAugmentOps = 15;
inline constexpr double kMaxMagnitude = 10.0;

// From "rand-m9-mstd0.5-inc1": m magnitude, mstd its deviation, inc the increasing set (whatever number follows), n the
// count; each at most once, in any order. Throws usage_error, naming the part, for anything else.
RandAugmentConfig parse_rand_augment(const std::string& text);

// The argument of an operation at a magnitude of 0 to 10, with the sign turned if asked where the operation has one.
double augment_argument(AugmentOp op, double magnitude, bool is_negated, bool is_increasing);
// Whether the operation goes in two directions, between which a draw decides.
bool has_direction(AugmentOp op, bool is_increasing);

// Draws: `count` integers for the operations; then for each operation a uniform one (whether it is applied) and, if so,
// a normal one (only with a deviation) and a uniform one (only for operations with a direction).
template <class Draws>
std::vector<AugmentStep> draw_rand_augment(Draws& draws, const RandAugmentConfig& c) {
  std::vector<AugmentStep> drawn(static_cast<size_t>(c.count)), steps;
  for (auto& step : drawn) step.op = static_cast<AugmentOp>(draws.integer(0, kRandAugmentOps - 1));
  for (AugmentStep& step : drawn) {
    if (draws.uniform() > c.probability) continue;
    const double level = c.magnitude_std > 0.0 ? draws.normal(c.magnitude, c.magnitude_std) : c.magnitude;
    const bool is_negated = has_direction(step.op, c.is_increasing) && draws.uniform() > 0.5;
    step.argument = augment_argument(step.op, std::clamp(level, 0.0, kMaxMagnitude), is_negated, c.is_increasing);
    steps.push_back(step);
  }
  return steps;
}

}  // namespace itpn
