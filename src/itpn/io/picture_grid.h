// Pictures of one size side by side, with a caption above each column: panels of reconstructions, features,
// predictions.
#pragma once

#include <string>
#include <vector>

#include "itpn/io/image.h"

namespace itpn {

struct PictureColumn {
  std::string caption;
  std::vector<Image> pictures;  // RGB, from the top
};

inline constexpr int kGridGutter = 4;  // white pixels between pictures and around them

// One pixel for each pixel. Captions are left out where a column is too narrow for one of them. Rows that a drawing has
// no room for (Drawing::kMaxSide) are left out. Throws std::invalid_argument for pictures of different sizes or columns
// of different lengths.
Image picture_grid(const std::vector<PictureColumn>& columns);

}  // namespace itpn
