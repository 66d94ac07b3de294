// What a detector knows of the pictures of a batch beside their pixels. Pictures have sizes of their own; a batch is as
// large as the largest, padded to the right and below.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>

#include "itpn/ops/box_coder.h"

namespace itpn {

struct PictureInfo {
  ops::PictureSize size;                              // as the model sees it, without padding, pixels
  ops::PictureSize padded;                            // with the padding of its own
  std::array<float, 4> scale = {1.F, 1.F, 1.F, 1.F};  // over the original picture: x, y, x, y
};

// The objects of one picture, in its coordinates as the model sees it. G object, H, W pixels of the padded batch.
struct PictureObjects {
  at::Tensor boxes;          // (G, 4) fp32
  at::Tensor labels;         // (G) int64, from 0
  at::Tensor masks = {};     // (G, H, W) uint8; undefined: the picture has boxes only
  at::Tensor has_mask = {};  // (G) bool: objects whose mask is known; undefined: all of them
};

// Boxes of one picture with scores, by falling score.
struct ScoredBoxes {
  at::Tensor boxes;   // (n, 4)
  at::Tensor scores;  // (n)
};

// (x, y, x, y) as a tensor like `like`.
at::Tensor scale_tensor(const PictureInfo& picture, const at::Tensor& like);

}  // namespace itpn
