// Boxes that were written as two corners where COCO's files have a corner and a size: a common slip of conversions.
#pragma once

#include <cstdint>
#include <vector>

#include "itpn/structures/coco.h"

namespace itpn {

// Whether the box leaves its picture, of known size, by more than the pixel that programs round.
bool reaches_beyond(const CornerBox& box, const CocoImage& image);

// Where the four numbers of all boxes can be two corners, and of more than a fifth of them, and five at least, cannot
// be a corner and a size: the ids of those. Else nothing. Pictures of unknown size do not count.
std::vector<int64_t> boxes_written_as_corners(const CocoSet& set);

}  // namespace itpn
