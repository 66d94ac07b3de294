// The resize passes for AVX2. A weight of 24 bits is split as w = high * 2^15 + low, so that both parts fit the 16-bit
// multiply-add of two neighbouring taps; the parts are summed apart and joined at the end, which is exact.
#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <cstring>
#include <vector>

#include "itpn/data/transforms/resample_kernels.h"
#include "itpn/data/transforms/row_groups.h"

#define ITPN_AVX2 __attribute__((target("avx2")))

namespace itpn {
namespace {

constexpr int kLowBits = 15;
constexpr int kBlock = 32;  // bytes of a row that the vertical pass handles at once

// For each two taps: their low parts and their high parts, as two 16-bit numbers each.
struct TapPair {
  int32_t low;
  int32_t high;
};

int32_t two_halves(int32_t first, int32_t second) {
  return static_cast<int32_t>((static_cast<uint32_t>(first) & 0xFFFFU) | static_cast<uint32_t>(second) << 16);
}

std::vector<TapPair> split_weights(const AxisWeights& w) {
  constexpr int32_t kLowMask = (1 << kLowBits) - 1;
  std::vector<TapPair> pairs(w.weights.size() / 2);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const int32_t first = w.weights[2 * i], second = w.weights[2 * i + 1];
    pairs[i] = {two_halves(first & kLowMask, second & kLowMask), two_halves(first >> kLowBits, second >> kLowBits)};
  }
  return pairs;
}

// Sums of the low and of the high parts of the weights.
struct Sums {
  __m256i low;
  __m256i high;
};

ITPN_AVX2 inline void add_pair(Sums& sums, __m256i values, const TapPair& pair) {
  sums.low = _mm256_add_epi32(sums.low, _mm256_madd_epi16(values, _mm256_set1_epi32(pair.low)));
  sums.high = _mm256_add_epi32(sums.high, _mm256_madd_epi16(values, _mm256_set1_epi32(pair.high)));
}

ITPN_AVX2 inline __m256i round_and_shift(const Sums& sums) {
  const __m256i sum = _mm256_add_epi32(sums.low, _mm256_slli_epi32(sums.high, kLowBits));
  return _mm256_srai_epi32(sum, kWeightBits);
}

ITPN_AVX2 inline Sums start_sums() { return {_mm256_set1_epi32(kHalfWeight), _mm256_setzero_si256()}; }

// One output pixel of two rows, one row in each half of the registers.
ITPN_AVX2 inline __m256i horizontal_pixel(const uint8_t* row0, const uint8_t* row1, const TapPair* pairs, int quads) {
  // Bytes of 4 RGB pixels -> 16-bit (R0 R1) (G0 G1) (B0 B1) - and the same of pixels 2 and 3.
  const __m256i first_two =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
  const __m256i last_two =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
  Sums sums = start_sums();
  for (int q = 0; q < quads; ++q, row0 += 12, row1 += 12, pairs += 2) {
    const __m128i top = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row0));
    const __m128i bottom = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row1));
    const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(top), bottom, 1);
    add_pair(sums, _mm256_shuffle_epi8(both, first_two), pairs[0]);
    add_pair(sums, _mm256_shuffle_epi8(both, last_two), pairs[1]);
  }
  const __m256i words = _mm256_packs_epi32(round_and_shift(sums), _mm256_setzero_si256());
  return _mm256_packus_epi16(words, words);
}

ITPN_AVX2 void horizontal_rows(const AxisWeights& w, const std::vector<TapPair>& pairs,
                               const std::array<const uint8_t*, 2>& from, const std::array<uint8_t*, 2>& to) {
  const int pairs_per_pixel = w.stride / 2;
  for (int x = 0; x < w.count(); ++x) {
    const int first = 3 * w.start[x];
    const __m256i bytes =
        horizontal_pixel(from[0] + first, from[1] + first, pairs.data() + x * pairs_per_pixel, (w.taps[x] + 3) / 4);
    const int32_t top = _mm256_extract_epi32(bytes, 0), bottom = _mm256_extract_epi32(bytes, 4);
    std::memcpy(to[0] + 3 * x, &top, sizeof top);
    std::memcpy(to[1] + 3 * x, &bottom, sizeof bottom);
  }
}

void horizontal(const HorizontalPass& pass) {
  const std::vector<TapPair> pairs = split_weights(*pass.weights);
  for_row_groups<2>(pass, [&](const auto& from, const auto& to) { horizontal_rows(*pass.weights, pairs, from, to); });
}

// 32 bytes of one output row. One entry of the weights is for two taps; a missing second tap has weight 0.
ITPN_AVX2 void vertical_block(const VerticalBlock<TapPair>& block) {
  const uint8_t* from = block.from;
  const TapPair* pairs = block.weights;
  const __m256i zero = _mm256_setzero_si256();
  Sums sums[4] = {start_sums(), start_sums(), start_sums(), start_sums()};
  for (int t = 0; t < block.taps; t += 2, from += 2 * block.stride, ++pairs) {
    const uint8_t* const next = t + 1 < block.taps ? from + block.stride : from;
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(next));
    const __m256i low = _mm256_unpacklo_epi8(a, b), high = _mm256_unpackhi_epi8(a, b);
    add_pair(sums[0], _mm256_unpacklo_epi8(low, zero), *pairs);
    add_pair(sums[1], _mm256_unpackhi_epi8(low, zero), *pairs);
    add_pair(sums[2], _mm256_unpacklo_epi8(high, zero), *pairs);
    add_pair(sums[3], _mm256_unpackhi_epi8(high, zero), *pairs);
  }
  const __m256i first = _mm256_packs_epi32(round_and_shift(sums[0]), round_and_shift(sums[1]));
  const __m256i second = _mm256_packs_epi32(round_and_shift(sums[2]), round_and_shift(sums[3]));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(block.to), _mm256_packus_epi16(first, second));
}

void vertical(const VerticalPass& pass) { for_blocks<kBlock, 2>(pass, split_weights(*pass.weights), vertical_block); }

}  // namespace

const ResampleKernels kAvx2ResampleKernels{"avx2", horizontal, vertical};

}  // namespace itpn
#endif
