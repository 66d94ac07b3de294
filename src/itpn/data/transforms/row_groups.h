// What the vector kernels share: rows in groups for the horizontal pass, which reads a few bytes past what it needs,
// and blocks of a row for the vertical one.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "itpn/data/transforms/resample_kernels.h"

namespace itpn {

// Calls group(rows, outputs) for `Rows` rows at a time. Each row of a group may be read up to 12 bytes for each four
// taps and 4 more, even where the source ends earlier: such rows are copied to a buffer first. In the last group,
// missing rows are stand-ins whose output is thrown away.
template <int Rows, class Group>
void for_row_groups(const HorizontalPass& pass, const Group& group) {
  const AxisWeights& w = *pass.weights;
  size_t reach = 0;
  for (int x = 0; x < w.count(); ++x) {
    reach = std::max(reach, static_cast<size_t>(3 * w.start[x] + 12 * ((w.taps[x] + 3) / 4) + 4));
  }
  std::vector<uint8_t> copies(Rows * reach);
  std::vector<uint8_t> unused(static_cast<size_t>(3 * w.count() + 4));
  for (int y = 0; y < pass.rows; y += Rows) {
    std::array<const uint8_t*, Rows> from{};
    std::array<uint8_t*, Rows> to{};
    for (int r = 0; r < Rows; ++r) {
      const bool is_real = y + r < pass.rows;
      const size_t offset = static_cast<size_t>(std::min(y + r, pass.rows - 1) * pass.source_stride);
      from[r] = pass.source + offset;
      to[r] = is_real ? pass.into + (y + r) * pass.into_stride : unused.data();
      if (offset + reach <= pass.source_bytes) continue;
      uint8_t* const copy = copies.data() + r * reach;
      std::memcpy(copy, from[r], std::min(reach, pass.source_bytes - offset));
      from[r] = copy;
    }
    group(from, to);
  }
}

// Bytes of one output row of a vertical pass.
template <class Weights>
struct VerticalBlock {
  const uint8_t* from = nullptr;
  ptrdiff_t stride = 0;
  int taps = 0;
  const Weights* weights = nullptr;
  uint8_t* to = nullptr;
};

// Calls kernel(block) for each `Bytes` bytes of each output row, the last block of a row overlapping the one before. An
// entry of `weights` is for `Taps` input rows. Narrower pictures are left to the plain loops.
template <int Bytes, int Taps, class Weights>
void for_blocks(const VerticalPass& pass, const std::vector<Weights>& weights,
                void (*kernel)(const VerticalBlock<Weights>&)) {
  if (pass.row_bytes < Bytes) return scalar_resample_kernels().vertical(pass);
  const AxisWeights& w = *pass.weights;
  for (int y = 0; y < w.count(); ++y) {
    const uint8_t* const from = pass.source + w.start[y] * pass.source_stride;
    uint8_t* const to = pass.into + y * pass.into_stride;
    const Weights* const own = weights.data() + y * (w.stride / Taps);
    for (int i = 0; i < pass.row_bytes; i += Bytes) {
      const int at = std::min(i, pass.row_bytes - Bytes);
      kernel({from + at, pass.source_stride, w.taps[y], own, to + at});
    }
  }
}

}  // namespace itpn
