// The affine row for AVX2: the three channels of a pixel in the lanes of one register. The sums of the first cubics are
// whole numbers and are made from bytes; everything after that is the plain code's arithmetic, operation by operation.
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#include "itpn/data/transforms/affine_pixel.h"

#define ITPN_AVX2 __attribute__((target("avx2")))

namespace itpn {
namespace {

// Weights of v1, v2, v3, v4 as four signed bytes, for each channel.
ITPN_AVX2 inline __m128i tap_weights(int8_t w1, int8_t w2, int8_t w3, int8_t w4) {
  const auto byte = [](int8_t w, int shift) { return static_cast<uint32_t>(static_cast<uint8_t>(w)) << shift; };
  return _mm_set1_epi32(static_cast<int>(byte(w1, 0) | byte(w2, 8) | byte(w3, 16) | byte(w4, 24)));
}

// Sums over the four taps of each channel, as doubles (R, G, B, 0).
ITPN_AVX2 inline __m256d weighted(__m128i taps, __m128i weights) {
  return _mm256_cvtepi32_pd(_mm_madd_epi16(_mm_maddubs_epi16(taps, weights), _mm_set1_epi16(1)));
}

// v + d * (linear + d * (square + d * cube))
ITPN_AVX2 inline __m256d polynomial(__m256d v, __m256d linear, __m256d square, __m256d cube, __m256d d) {
  const __m256d inner = _mm256_add_pd(square, _mm256_mul_pd(d, cube));
  return _mm256_add_pd(v, _mm256_mul_pd(d, _mm256_add_pd(linear, _mm256_mul_pd(d, inner))));
}

// The cubic along four neighbouring pixels of a row.
ITPN_AVX2 inline __m256d along_row(const uint8_t* from, __m256d dx) {
  const __m128i planar = _mm_setr_epi8(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, -1, -1, -1, -1);
  const __m128i taps = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), planar);
  return polynomial(weighted(taps, tap_weights(0, 1, 0, 0)), weighted(taps, tap_weights(-1, 0, 1, 0)),
                    weighted(taps, tap_weights(2, -2, 1, -1)), weighted(taps, tap_weights(-1, 1, -1, 1)), dx);
}

ITPN_AVX2 inline __m256d down_rows(__m256d v1, __m256d v2, __m256d v3, __m256d v4, __m256d d) {
  const __m256d linear = _mm256_sub_pd(v3, v1);
  const __m256d twice = _mm256_mul_pd(_mm256_set1_pd(2.0), _mm256_sub_pd(v1, v2));
  const __m256d square = _mm256_sub_pd(_mm256_add_pd(twice, v3), v4);
  const __m256d cube = _mm256_add_pd(_mm256_sub_pd(_mm256_sub_pd(v2, v1), v3), v4);
  return polynomial(v2, linear, square, cube, d);
}

// Clipped and cut off.
ITPN_AVX2 inline void store_pixel(__m256d value, uint8_t* into) {
  const __m128i whole = _mm256_cvttpd_epi32(value);
  const __m128i words = _mm_packs_epi32(whole, whole);
  const int32_t rgb = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
  std::memcpy(into, &rgb, 3);
}

// All 4 x 4 neighbours lie inside of the picture.
ITPN_AVX2 inline void inner_pixel(const RgbPixels& source, const AffinePlace& place, uint8_t* into) {
  const uint8_t* const from = source.row(place.y) + 3 * place.x;
  const size_t stride = source.row_bytes();
  const __m256d dx = _mm256_set1_pd(place.dx);
  // At dy = 0 the second row is the result, whatever the others are.
  if (place.dy == 0.0) return store_pixel(along_row(from + stride, dx), into);
  store_pixel(down_rows(along_row(from, dx), along_row(from + stride, dx), along_row(from + 2 * stride, dx),
                        along_row(from + 3 * stride, dx), _mm256_set1_pd(place.dy)),
              into);
}

ITPN_AVX2 void avx2_row(const AffineRow& row) {
  uint8_t* into = row.into;
  const int last_x = row.source.width - 4, last_y = row.source.height - 4;
  for (int x = 0; x < row.source.width; ++x, into += 3) {
    const AffinePlace place = place_of(row, x);
    if (!place.is_inside) {
      std::memcpy(into, row.fill.data(), row.fill.size());
    } else if (place.x >= 0 && place.x <= last_x && place.y >= 0 && place.y <= last_y) {
      inner_pixel(row.source, place, into);
    } else {
      plain_pixel(row.source, place, into);
    }
  }
}

}  // namespace

const AffineKernel kAvx2AffineKernel{"avx2", avx2_row};

}  // namespace itpn
#endif
