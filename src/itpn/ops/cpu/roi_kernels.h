// RoIAlign of one box on raw memory. Bilinear samples on a regular grid are a product of the two axes, so a bin is a
// weighted sum of rows of weighted sums of cells: each cell is read once for each column of bins, whatever the number
// of samples. Torch-free. Axes: P, Q bin of a column and of a row, C channel.
#pragma once

#include <cstdint>

namespace itpn::cpu {

// What the bins of one axis read: bin b takes cells first[b] .. first[b] + count[b] - 1, weights[b * stride] and on.
struct BinWeights {
  int64_t bins, stride;
  const int32_t *first, *count;
  const float* weights;
  int64_t low, high;  // all cells that any bin reads lie in [low, high)
};

// Channels that a box is worked on at a time: those of one row of bins stay in registers.
inline constexpr int64_t kRoiChannels = 64;

// out[p, q] = sum of y weight * x weight * map, for all channels.
struct RoiForward {
  const float* map;  // (rows, columns, C) of the box's picture
  float* out;        // (P, Q, C)
  int64_t columns, channels;
  BinWeights y, x;
};

// The transpose: adds to d_map what the box contributes, for channels [begin, begin + width) only, width <=
// kRoiChannels.
struct RoiBackward {
  const float* d_out;  // (P, Q, C)
  float* d_map;        // (rows, columns, C)
  int64_t columns, channels, begin, width;
  BinWeights y, x;
};

struct RoiKernels {
  void (*forward)(const RoiForward&);
  void (*backward)(const RoiBackward&);
};

}  // namespace itpn::cpu
