// Boxes, labels and masks of a picture that is mirrored, resized or cropped: spec-detection 3.2, 3.4, 3.5. Masks follow
// at the end, all steps at once.
#pragma once

#include <cstdint>
#include <vector>

#include "itpn/data/transforms/mask_geometry.h"
#include "itpn/structures/instances.h"

namespace itpn {

// The objects of a picture on their way through a chain of transforms.
class MovingInstances {
 public:
  // `original` must outlive it, and is of a picture of that size.
  MovingInstances(const Instances& original, const PictureSize& size);

  void mirror();
  // Boxes are scaled and clipped to the new picture; those without area stay.
  void resize(const PictureSize& size);
  // Objects of which nothing is left in the part go. The others' boxes are not fitted to what is left of their masks.
  void crop(const Rect& part);

  // What has become of them: masks as bitmaps of the picture's size, none for objects without one.
  Instances finish() &&;

 private:
  const Instances& original_;
  const PictureSize original_size_;
  PictureSize size_;
  MaskGeometry geometry_;
  std::vector<Box> boxes_;
  std::vector<Box> ignored_;
  std::vector<size_t> kept_;  // by object that is left: its index in the original
};

}  // namespace itpn
