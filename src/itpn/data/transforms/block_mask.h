// Block-wise masks as BEiT draws them: rectangles of hidden patches until enough are hidden. Draws as in crop_box.h.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "itpn/data/transforms/crop_box.h"

namespace itpn {

struct BlockMaskConfig {
  int rows = 14;  // of the patch grid
  int columns = 14;
  int hidden = 75;  // patches to hide, at most
  int min_block = 16;
  int max_block = 0;  // 0: as many as are still to be hidden
  double min_aspect = 0.3;
};

// Row-major, 1 = hidden.
struct BlockMask {
  int rows = 0;
  int columns = 0;
  std::vector<uint8_t> is_hidden;
  int hidden = 0;

  int hidden_in(const Rect& block) const {
    int count = 0;
    for (int y = block.top; y < block.top + block.height; ++y) {
      for (int x = block.left; x < block.left + block.width; ++x) count += is_hidden[y * columns + x];
    }
    return count;
  }
  void hide(const Rect& block) {
    hidden += block.width * block.height - hidden_in(block);
    for (int y = block.top; y < block.top + block.height; ++y) {
      for (int x = block.left; x < block.left + block.width; ++x) is_hidden[y * columns + x] = 1;
    }
  }
};

// Hides one more block of at most `most` patches that are not hidden yet; false after 10 draws that did not fit.
template <class Draws>
bool hide_block(Draws& draws, const BlockMaskConfig& c, int most, BlockMask& mask) {
  constexpr int kTries = 10;
  for (int i = 0; i < kTries; ++i) {
    const double area = draws.uniform(c.min_block, most);
    const double aspect = std::exp(draws.uniform(std::log(c.min_aspect), std::log(1.0 / c.min_aspect)));
    const int h = round_to_int(std::sqrt(area * aspect)), w = round_to_int(std::sqrt(area / aspect));
    if (w >= c.columns || h >= c.rows) continue;
    const auto top = static_cast<int>(draws.integer(0, c.rows - h));
    const auto left = static_cast<int>(draws.integer(0, c.columns - w));
    const Rect block{left, top, w, h};
    const int added = w * h - mask.hidden_in(block);
    if (added <= 0 || added > most) continue;
    mask.hide(block);
    return true;
  }
  return false;
}

// Blocks until c.hidden patches are hidden or no block fits any more, so there may be fewer.
template <class Draws>
BlockMask block_mask(Draws& draws, const BlockMaskConfig& c) {
  BlockMask mask{c.rows, c.columns, std::vector<uint8_t>(static_cast<size_t>(c.rows) * c.columns), 0};
  while (mask.hidden < c.hidden) {
    const int left = c.hidden - mask.hidden;
    const int most = c.max_block > 0 ? std::min(left, c.max_block) : left;
    if (!hide_block(draws, c, most, mask)) break;
  }
  return mask;
}

}  // namespace itpn
