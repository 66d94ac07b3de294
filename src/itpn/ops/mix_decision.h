// Which of Mixup and CutMix a batch gets, and how strongly (spec of the recipes, 5.5, mode batch with switching). Draws
// come from any source with
//   double uniform();  int64_t integer(int64_t low, int64_t high);  double normal();
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace itpn::ops {

struct MixConfig {
  double mixup = 0.8;   // both shape parameters of the Beta distribution of lambda; 0 = off
  double cutmix = 1.0;  // the same for CutMix
  double probability = 1.0;
  double switch_probability = 0.5;  // of CutMix where both are on

  bool is_on() const { return probability > 0.0 && (mixup > 0.0 || cutmix > 0.0); }
};

template <class V>
void visit_fields(V& v, MixConfig& c) {
  v("mixup", c.mixup,
    {.doc = "alpha of Mixup: the share of a picture is drawn from Beta(alpha, alpha); 0 = no Mixup", .min = 0.0});
  v("cutmix", c.cutmix, {.doc = "alpha of CutMix; 0 = no CutMix", .min = 0.0});
  v("probability", c.probability, {.doc = "share of the batches that are mixed", .min = 0.0, .max = 1.0});
  v("switch_probability", c.switch_probability,
    {.doc = "share of the mixed batches that get CutMix, where both are on", .min = 0.0, .max = 1.0});
}

// A picture keeps `lambda` of itself and gets the rest from its partner: all over (Mixup), or by pasting a box.
struct MixDecision {
  double lambda = 1.0;
  bool has_box = false;  // CutMix
  int64_t top = 0, bottom = 0, left = 0, right = 0;
  bool is_mixed() const { return lambda < 1.0; }
};

// Gamma(shape, 1) by rejection (Marsaglia and Tsang, 2000).
template <class Draws>
double draw_gamma(Draws& draws, double shape) {
  if (shape < 1.0) {
    const double larger = draw_gamma(draws, shape + 1.0);
    return larger * std::pow(1.0 - draws.uniform(), 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = draws.normal();
    const double root = 1.0 + c * x, v = root * root * root;
    if (root <= 0.0) continue;
    if (std::log(1.0 - draws.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

// Beta(alpha, alpha), which is uniform for alpha 1.
template <class Draws>
double draw_symmetric_beta(Draws& draws, double alpha) {
  if (alpha == 1.0) return draws.uniform();
  const double a = draw_gamma(draws, alpha), b = draw_gamma(draws, alpha);
  return a + b > 0.0 ? a / (a + b) : 0.5;
}

// CutMix's box for a wanted lambda around a centre: its sides are sqrt(1 - lambda) of the picture's, it is clipped to
// the picture, and the final lambda is what of the picture is left.
inline MixDecision cutmix_box(double lambda, int64_t center_y, int64_t center_x, int64_t height, int64_t width) {
  const double share = std::sqrt(1.0 - lambda);
  const auto half_height = static_cast<int64_t>(static_cast<double>(height) * share) / 2;
  const auto half_width = static_cast<int64_t>(static_cast<double>(width) * share) / 2;
  MixDecision mix;
  mix.has_box = true;
  mix.top = std::clamp<int64_t>(center_y - half_height, 0, height);
  mix.bottom = std::clamp<int64_t>(center_y + half_height, 0, height);
  mix.left = std::clamp<int64_t>(center_x - half_width, 0, width);
  mix.right = std::clamp<int64_t>(center_x + half_width, 0, width);
  const auto area = static_cast<double>((mix.bottom - mix.top) * (mix.right - mix.left));
  mix.lambda = 1.0 - area / static_cast<double>(height * width);
  return mix;
}

template <class Draws>
MixDecision decide_mix(Draws& draws, const MixConfig& config, int64_t height, int64_t width) {
  if (!config.is_on() || draws.uniform() >= config.probability) return {};
  const bool has_choice = config.mixup > 0.0 && config.cutmix > 0.0;
  const bool is_cutmix = has_choice ? draws.uniform() < config.switch_probability : config.cutmix > 0.0;
  const double lambda = draw_symmetric_beta(draws, is_cutmix ? config.cutmix : config.mixup);
  if (!is_cutmix) return {.lambda = lambda};
  const int64_t center_y = draws.integer(0, height - 1);
  return cutmix_box(lambda, center_y, draws.integer(0, width - 1), height, width);
}

}  // namespace itpn::ops
