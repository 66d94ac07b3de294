#include "itpn/ops/normal_noise.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

#include "itpn/core/philox.h"

namespace itpn::ops {
namespace {

// Random words that become as many numbers at once. Everything below is plain sums, products, quotients and roots (and
// this file is compiled without fused operations), so that any processor gives the same bits.
constexpr size_t kWords = 64;
constexpr size_t kPairs = kWords / 2;
using Words = std::array<uint32_t, kWords>;

Words random_words(uint64_t key, uint64_t group) {
  const std::array<uint32_t, 2> halves = {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
  Words words;
  for (size_t i = 0; i < kWords; i += 4) {
    const uint64_t block = group * (kWords / 4) + i / 4;
    const auto four = philox4x32(
        {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), static_cast<uint32_t>(Purpose::kErasing), 0},
        halves);
    std::copy(four.begin(), four.end(), words.begin() + static_cast<ptrdiff_t>(i));
  }
  return words;
}

// ln x of a normal positive float, to about 1e-7: ln m = 2 atanh((m - 1) / (m + 1)) for m in [0.7, 1.42).
inline float logarithm(float x) {
  constexpr uint32_t kRootHalf = 0x3F3504F3;  // bits of sqrt(1/2): where the exponent changes
  const uint32_t shifted = std::bit_cast<uint32_t>(x) - kRootHalf;
  const auto exponent = static_cast<float>(static_cast<int32_t>(shifted) >> 23);
  const auto m = std::bit_cast<float>((shifted & 0x007FFFFF) + kRootHalf);
  const float s = (m - 1.0F) / (m + 1.0F), s2 = s * s;
  const float series = 1.0F + s2 * (1.0F / 3 + s2 * (1.0F / 5 + s2 * (1.0F / 7 + s2 * (1.0F / 9))));
  return exponent * std::numbers::ln2_v<float> + 2.0F * s * series;
}

// Box and Muller: a radius from one word, a direction from the other. The direction is a quarter of the circle (two
// bits) and an angle of -45 to 45 degrees within it.
inline void normal_pair(uint32_t radius_word, uint32_t angle_word, float& first, float& second) {
  const float uniform = static_cast<float>(static_cast<int32_t>(radius_word >> 8) + 1) * 0x1p-24F;  // in (0, 1]
  const float radius = std::sqrt(std::max(0.0F, -2.0F * logarithm(uniform)));
  const float fraction = static_cast<float>(static_cast<int32_t>((angle_word << 2) >> 8)) * 0x1p-24F - 0.5F;
  const float x = fraction * (std::numbers::pi_v<float> / 2), x2 = x * x;
  const float sine = x * (1.0F - x2 / 6 * (1.0F - x2 / 20 * (1.0F - x2 / 42 * (1.0F - x2 / 72))));
  const float cosine = 1.0F - x2 / 2 * (1.0F - x2 / 12 * (1.0F - x2 / 30 * (1.0F - x2 / 56)));
  const bool is_turned = (angle_word & 0x40000000U) != 0, is_negated = (angle_word & 0x80000000U) != 0;
  const float signed_radius = is_negated ? -radius : radius;
  first = signed_radius * (is_turned ? -sine : cosine);
  second = signed_radius * (is_turned ? cosine : sine);
}

using Numbers = std::array<float, kWords>;

Numbers normal_numbers(const Words& words) {
  Numbers numbers;
  for (size_t i = 0; i < kPairs; ++i) normal_pair(words[i], words[kPairs + i], numbers[i], numbers[kPairs + i]);
  return numbers;
}

}  // namespace

void normal_noise(uint64_t key, std::span<float> into) {
  for (size_t at = 0; at < into.size(); at += kWords) {
    const Numbers numbers = normal_numbers(random_words(key, at / kWords));
    std::copy_n(numbers.begin(), std::min(kWords, into.size() - at), into.begin() + static_cast<ptrdiff_t>(at));
  }
}

}  // namespace itpn::ops
