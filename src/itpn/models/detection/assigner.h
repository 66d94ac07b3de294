// Which object each box is to find, by overlap (spec of detection, 6.1). Axes: G object, N box.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn {

struct AssignerConfig {
  double positive = 0.5;    // IoU from which on a box belongs to the object that it overlaps most
  double negative = 0.5;    // IoU below which it is background; between the two it is not used
  double least_best = 0.5;  // with keep_best: from this IoU on, an object gets its best boxes in any case
  bool keep_best = true;
  bool all_best = true;         // all boxes that tie for an object's best, or the first only
  double ignored = -1.0;        // boxes that overlap an ignored region by more are not used; < 0: none is ignored
  bool is_share_of_box = true;  // that overlap is a share of the box, else of the region
};

struct Assignment {
  at::Tensor objects;   // (N) int64: 0 background, -1 not used, k + 1 the object k
  at::Tensor overlaps;  // (N) largest IoU with an object; 0 without objects, -1 in ignored regions
};

// boxes (N, 4), objects (G, 4), ignored regions (I, 4) or undefined.
Assignment assign(const at::Tensor& boxes, const at::Tensor& objects, const AssignerConfig& config,
                  const at::Tensor& ignored = {});

}  // namespace itpn
