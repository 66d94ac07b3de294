// The mask of one object, in whatever form it came.
#pragma once

#include <variant>
#include <vector>

#include "itpn/structures/bitmap.h"
#include "itpn/structures/polygon.h"
#include "itpn/structures/rle.h"

namespace itpn {

// None (an object of which only the box is known), outlines, runs, pixels.
using Segmentation = std::variant<std::monostate, std::vector<Polygon>, Rle, Bitmap>;

inline bool has_mask(const Segmentation& mask) { return !std::holds_alternative<std::monostate>(mask); }

// Runs of the picture's size. Throws data_error where there is no mask, it is damaged (check_rle), or it is of another
// size than the picture.
Rle to_rle(const Segmentation& mask, int64_t height, int64_t width);
Bitmap to_bitmap(const Segmentation& mask, int64_t height, int64_t width);

}  // namespace itpn
