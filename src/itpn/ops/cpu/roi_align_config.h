#pragma once

#include <cstdint>

namespace itpn::ops {

struct RoiAlignConfig {
  int64_t rows = 7, columns = 7;  // P, Q: bins of a column and of a row
  int64_t sampling_ratio = 0;     // samples of a bin by axis; 0: as many as it has cells, rounded up
  bool is_aligned = true;         // pixel centres lie at .5; else the older form, in which a box has a cell at least
};

}  // namespace itpn::ops
