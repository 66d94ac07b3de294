// Small matrix products in fp32, tiles of the result held in registers.
#pragma once

#include "itpn/core/simd.inl"

namespace itpn::cpu {
namespace {

using namespace simd;  // NOLINT: both namespaces are internal to the including file

// c (+)= a b. Entry (i, k) of a lies at a[i * a_row + k * a_step], so a transposed a costs nothing; b and c are
// row-major, and `columns` is a multiple of kLanes.
struct Product {
  const float* a;
  int64_t a_row, a_step;
  const float* b;
  int64_t b_row;
  float* c;
  int64_t c_row;
  int64_t rows, columns, depth;
  bool accumulate = false;
};

// One tile of kRows x (kVectors * kLanes).
template <int kRows, int kVectors>
[[gnu::always_inline]] inline void tile(const Product& p, int64_t row, int64_t column) {
  Floats sums[kRows][kVectors] = {};
  const float* a = p.a + row * p.a_row;
  const float* b = p.b + column;
  for (int64_t k = 0; k < p.depth; ++k, a += p.a_step, b += p.b_row) {
    Floats line[kVectors];
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) line[v] = load(b + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const Floats factor = splat(a[r * p.a_row]);
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) sums[r][v] += factor * line[v];
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    float* c = p.c + (row + r) * p.c_row + column;
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) {
      store(c + v * kLanes, p.accumulate ? sums[r][v] + load(c + v * kLanes) : sums[r][v]);
    }
  }
}

// A column of tiles; kRows of them as long as there are so many rows, then fewer.
template <int kRows, int kVectors>
void tile_column(const Product& p, int64_t column) {
  int64_t row = 0;
  for (; row + kRows <= p.rows; row += kRows) tile<kRows, kVectors>(p, row, column);
  if constexpr (kRows > 4) {
    for (; row + 4 <= p.rows; row += 4) tile<4, kVectors>(p, row, column);
  }
  for (; row < p.rows; ++row) tile<1, kVectors>(p, row, column);
}

// As many sums as fit the registers: 24 of 32 with AVX-512, 12 of 16 (two to a vector) with AVX2.
inline void multiply(const Product& p) {
  int64_t column = 0;
#if defined(__AVX512F__)
  for (; column + 4 * kLanes <= p.columns; column += 4 * kLanes) tile_column<6, 4>(p, column);
  switch ((p.columns - column) / kLanes) {
    case 3:
      return tile_column<8, 3>(p, column);
    case 2:
      return tile_column<12, 2>(p, column);
    case 1:
      return tile_column<12, 1>(p, column);
    default:
      return;
  }
#else
  for (; column < p.columns; column += kLanes) tile_column<6, 1>(p, column);
#endif
}

template <int kStep>
[[gnu::always_inline]] inline void exchange(Floats (&m)[kLanes]) {
  constexpr Ints kIndex = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  constexpr Ints kBelow = (kIndex & kStep) != 0 ? kIndex - kStep + 16 : kIndex;
  constexpr Ints kAbove = (kIndex & kStep) != 0 ? kIndex + 16 : kIndex + kStep;
#pragma GCC unroll 16
  for (int row = 0; row < kLanes; ++row) {
    if (row & kStep) continue;
    const Floats a = m[row], b = m[row + kStep];
    m[row] = __builtin_shuffle(a, b, kBelow);
    m[row + kStep] = __builtin_shuffle(a, b, kAbove);
  }
}

// 16 x 16 in registers: off-diagonal blocks of 1, 2, 4 and 8 change places.
[[gnu::always_inline]] inline void transpose(Floats (&m)[kLanes]) {
  exchange<1>(m);
  exchange<2>(m);
  exchange<4>(m);
  exchange<8>(m);
}

}  // namespace
}  // namespace itpn::cpu
