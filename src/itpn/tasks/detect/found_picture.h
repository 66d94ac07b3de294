// What a detector found in one picture, in host memory. Axes: n object, S side of a mask.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/structures/bitmap.h"
#include "itpn/structures/box.h"
#include "itpn/structures/rle.h"

namespace itpn {

// By falling score, in pixels of the original picture.
struct FoundPicture {
  int64_t height = 0;  // of the original
  int64_t width = 0;
  std::vector<Box> boxes;
  std::vector<float> scores;
  std::vector<int64_t> labels;  // places in the list of classes
  at::Tensor masks = {};        // (n, S, S) fp32 probabilities inside the boxes; undefined without masks

  size_t count() const { return boxes.size(); }
  bool has_masks() const { return masks.defined(); }
};

// The mask of one object, pasted into the part of the original picture that its box covers: pixels of at least one
// half.
struct PastedMask {
  Bitmap part;
  int64_t left = 0;  // of the part in the picture
  int64_t top = 0;
};
// Takes memory for the pixels of the box alone. `object` has to be one that has a mask.
PastedMask paste_mask(const FoundPicture& found, size_t object);
// As runs of the whole original picture.
Rle rle_of(const PastedMask& mask, const FoundPicture& found);
inline Rle mask_of(const FoundPicture& found, size_t object) { return rle_of(paste_mask(found, object), found); }

// Only those objects, in that order.
FoundPicture select(const FoundPicture& found, const std::vector<size_t>& objects);
// Objects with at least that score.
FoundPicture above(const FoundPicture& found, double score);

}  // namespace itpn
