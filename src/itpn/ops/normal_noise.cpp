#include "itpn/ops/normal_noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "itpn/core/philox.h"

namespace itpn::ops {

void normal_noise(uint64_t key, std::span<float> into) {
  RandomStream stream(key, Purpose::kErasing, 0, 0);
  for (size_t i = 0; i < into.size(); i += 2) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - stream.uniform()));
    const double angle = 2.0 * std::numbers::pi * stream.uniform();
    into[i] = static_cast<float>(radius * std::cos(angle));
    if (i + 1 < into.size()) into[i + 1] = static_cast<float>(radius * std::sin(angle));
  }
}

}  // namespace itpn::ops
