// Masks as runs of pixels, and arithmetic on them that never makes the picture: spec-detection 15.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/structures/bitmap.h"
#include "itpn/structures/box.h"

namespace itpn {

// Runs alternate background, foreground, ... and begin with background, which may be empty. Pixels go down the first
// column, then down the second.
struct Rle {
  int64_t height = 0;
  int64_t width = 0;
  std::vector<uint32_t> counts;
  bool operator==(const Rle&) const = default;
};

// Throws data_error where the size is none of a picture (1 to 2^31 - 1 pixels) or the runs do not cover it exactly.
// All functions below want runs that pass it.
void check_rle(const Rle& rle);

Rle encode_bitmap(const Bitmap& bitmap);
// Of a picture of height x width pixels that holds `part` with its corner at (left, top) and is background elsewhere.
struct PlaceOfPart {
  int64_t left = 0, top = 0;
  int64_t height = 0, width = 0;
};
Rle encode_part(const Bitmap& part, const PlaceOfPart& place);
Bitmap decode_rle(const Rle& rle);

// The form in which COCO files hold runs as a string. `text_to_counts` throws data_error for a text that is none.
std::string counts_to_text(std::span<const uint32_t> counts);
std::vector<uint32_t> text_to_counts(std::string_view text);

// Foreground pixels.
int64_t rle_area(const Rle& rle);
// The smallest box around the foreground pixels; zeros where there are none.
CornerBox rle_box(const Rle& rle);

// Pixels that are foreground in all of them, or in any. Throws data_error where they are of different sizes; a single
// one comes back as it is, and of none there is the empty mask of no size.
Rle intersect(std::span<const Rle> masks);
Rle unite(std::span<const Rle> masks);
// Pixels that are foreground in both, which are of one size.
int64_t shared_area(const Rle& a, const Rle& b);

// Intersection over union; for a crowd region over the area of the detection. 0 where the enclosing boxes do not
// overlap, -1 for different sizes.
double rle_iou(const Rle& detection, const Rle& truth, bool is_crowd);

}  // namespace itpn
