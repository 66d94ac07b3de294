// The resize passes for AVX-512 with VNNI, whose dot product takes four 8-bit taps at once. A weight of 24 bits is
// written with three signed digits to the base 256, w = d2 * 65536 + d1 * 256 + d0; the digits are summed apart and
// joined at the end, which is exact.
#if defined(__x86_64__)
// g++ 12 takes the "undefined" registers of its own intrinsics for a mistake (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "itpn/data/transforms/resample_kernels.h"
#include "itpn/data/transforms/row_groups.h"

#define ITPN_AVX512 __attribute__((target("avx512f,avx512bw,avx512vnni")))

namespace itpn {
namespace {

constexpr int kDigits = 3;
constexpr int kBlock = 64;  // bytes of a row that the vertical pass handles at once

// For four taps: digit d of each, one byte a tap.
using TapQuad = std::array<int32_t, kDigits>;

std::array<uint8_t, kDigits> digits_of(int32_t weight) {
  const auto low = static_cast<int8_t>(weight & 0xFF);
  const int32_t rest = (weight - low) / 256;
  const auto middle = static_cast<int8_t>(rest & 0xFF);
  return {static_cast<uint8_t>(low), static_cast<uint8_t>(middle), static_cast<uint8_t>((rest - middle) / 256)};
}

std::vector<TapQuad> split_weights(const AxisWeights& w) {
  std::vector<TapQuad> quads(w.weights.size() / 4);
  for (size_t i = 0; i < w.weights.size(); ++i) {
    const auto digits = digits_of(w.weights[i]);
    for (int d = 0; d < kDigits; ++d) {
      quads[i / 4][d] |= static_cast<int32_t>(static_cast<uint32_t>(digits[d]) << (8 * (i % 4)));
    }
  }
  return quads;
}

struct Sums {
  __m512i digit[kDigits];
};

ITPN_AVX512 inline Sums start_sums() {
  return {{_mm512_set1_epi32(kHalfWeight), _mm512_setzero_si512(), _mm512_setzero_si512()}};
}

ITPN_AVX512 inline void add_quad(Sums& sums, __m512i values, const TapQuad& quad) {
  for (int d = 0; d < kDigits; ++d) {
    sums.digit[d] = _mm512_dpbusd_epi32(sums.digit[d], values, _mm512_set1_epi32(quad[d]));
  }
}

ITPN_AVX512 inline __m512i round_and_shift(const Sums& sums) {
  const __m512i upper = _mm512_add_epi32(sums.digit[1], _mm512_slli_epi32(sums.digit[2], 8));
  return _mm512_srai_epi32(_mm512_add_epi32(sums.digit[0], _mm512_slli_epi32(upper, 8)), kWeightBits);
}

using FourRows = std::array<const uint8_t*, 4>;

ITPN_AVX512 inline __m512i load_four(const FourRows& rows, int offset) {
  const auto load = [&](int r)
                        ITPN_AVX512 { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[r] + offset)); };
  const __m512i two = _mm512_inserti32x4(_mm512_castsi128_si512(load(0)), load(1), 1);
  return _mm512_inserti32x4(_mm512_inserti32x4(two, load(2), 2), load(3), 3);
}

ITPN_AVX512 void horizontal_rows(const AxisWeights& w, const std::vector<TapQuad>& quads, const FourRows& from,
                                 const std::array<uint8_t*, 4>& to) {
  // Bytes of 4 RGB pixels -> R0 R1 R2 R3, G0 .., B0 .., nothing.
  const __m512i planar = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, -1, -1, -1, -1));
  for (int x = 0; x < w.count(); ++x) {
    const TapQuad* quad = quads.data() + x * (w.stride / 4);
    Sums sums = start_sums();
    const int first = 3 * w.start[x], last = first + 3 * w.taps[x];
    for (int at = first; at < last; at += 12, ++quad) {
      add_quad(sums, _mm512_shuffle_epi8(load_four(from, at), planar), *quad);
    }
    const __m512i pixels = _mm512_max_epi32(round_and_shift(sums), _mm512_setzero_si512());
    alignas(16) std::array<int32_t, 4> rgb;
    _mm_store_si128(reinterpret_cast<__m128i*>(rgb.data()), _mm512_cvtusepi32_epi8(pixels));
    for (int r = 0; r < 4; ++r) std::memcpy(to[r] + 3 * x, &rgb[r], sizeof rgb[r]);
  }
}

void horizontal(const HorizontalPass& pass) {
  const std::vector<TapQuad> quads = split_weights(*pass.weights);
  for_row_groups<4>(pass, [&](const auto& from, const auto& to) { horizontal_rows(*pass.weights, quads, from, to); });
}

// 64 bytes of one output row. Rows past the last tap have weight 0 and are not read.
ITPN_AVX512 void vertical_block(const VerticalBlock<TapQuad>& block) {
  const TapQuad* quad = block.weights;
  Sums sums[4] = {start_sums(), start_sums(), start_sums(), start_sums()};
  for (int t = 0; t < block.taps; t += 4, ++quad) {
    __m512i rows[4];
    for (int r = 0; r < 4; ++r) {
      rows[r] = _mm512_loadu_si512(block.from + std::min(t + r, block.taps - 1) * block.stride);
    }
    const __m512i low_ab = _mm512_unpacklo_epi8(rows[0], rows[1]), low_cd = _mm512_unpacklo_epi8(rows[2], rows[3]);
    const __m512i high_ab = _mm512_unpackhi_epi8(rows[0], rows[1]), high_cd = _mm512_unpackhi_epi8(rows[2], rows[3]);
    add_quad(sums[0], _mm512_unpacklo_epi16(low_ab, low_cd), *quad);
    add_quad(sums[1], _mm512_unpackhi_epi16(low_ab, low_cd), *quad);
    add_quad(sums[2], _mm512_unpacklo_epi16(high_ab, high_cd), *quad);
    add_quad(sums[3], _mm512_unpackhi_epi16(high_ab, high_cd), *quad);
  }
  const __m512i first = _mm512_packs_epi32(round_and_shift(sums[0]), round_and_shift(sums[1]));
  const __m512i second = _mm512_packs_epi32(round_and_shift(sums[2]), round_and_shift(sums[3]));
  _mm512_storeu_si512(block.to, _mm512_packus_epi16(first, second));
}

void vertical(const VerticalPass& pass) { for_blocks<kBlock, 4>(pass, split_weights(*pass.weights), vertical_block); }

}  // namespace

const ResampleKernels kAvx512ResampleKernels{"avx512-vnni", horizontal, vertical};

}  // namespace itpn
#endif
