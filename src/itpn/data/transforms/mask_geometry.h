// What mirroring, nearest resizing and cropping together do to masks. Each of them picks rows and columns, so a whole
// chain does: it is composed once for a picture and applied once to each mask.
#pragma once

#include <cstdint>
#include <vector>

#include "itpn/data/transforms/detection_resize.h"
#include "itpn/structures/bitmap.h"

namespace itpn {

class MaskGeometry {
 public:
  // Of a picture of that size, as it is.
  explicit MaskGeometry(const PictureSize& size);

  void mirror();
  void resize(const PictureSize& size);
  void crop(const Rect& part);

  PictureSize size() const { return {static_cast<int>(columns_.size()), static_cast<int>(rows_.size())}; }
  // `mask` is of the size that the geometry began with.
  Bitmap apply(const Bitmap& mask) const;

 private:
  std::vector<int32_t> rows_;     // by row of the result: row of the mask
  std::vector<int32_t> columns_;  // the same for columns
};

}  // namespace itpn
