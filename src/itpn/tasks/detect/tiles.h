// Large pictures in parts: small objects are seen in tiles, large ones in the whole picture.
#pragma once

#include <cstdint>
#include <vector>

#include "itpn/data/transforms/detection_resize.h"
#include "itpn/tasks/detect/found_picture.h"

namespace itpn {

// Tiles of `side` x `side` pixels (smaller where the picture is) that cover a picture evenly, row by row, each
// overlapping its neighbours by at least `overlap` of its side. None for a picture that is no larger than one tile.
std::vector<Rect> tiles_of(const PictureSize& picture, int side, double overlap = 0.25);

// What was found in `tile`, in the coordinates of the whole picture, without the objects that an inner edge of the tile
// cuts: a neighbour or the whole picture shows them whole.
FoundPicture moved_to_picture(const FoundPicture& found, const Rect& tile, const PictureSize& picture);

// What was found in the whole picture and in its tiles: of objects of one class that overlap by more than
// `iou_threshold` the one with the largest score, and of all of them the `most` with the largest scores.
FoundPicture merge_found(const std::vector<FoundPicture>& parts, double iou_threshold, int64_t most);

}  // namespace itpn
