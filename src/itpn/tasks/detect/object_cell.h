// Pictures with their objects in the cells of a sheet: labels, or what a detector finds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/annotated_dataset.h"
#include "itpn/io/drawing.h"
#include "itpn/io/overlay.h"
#include "itpn/structures/instances.h"

namespace itpn {

// One picture, as large as the room in the drawing allows.
class ObjectCell {
 public:
  ObjectCell(Drawing& drawing, const Image& picture, const Area& room);
  // Masks, boxes in the colours of their classes, names and, where there are some, scores; crowds in grey. Masks are
  // of the picture's size. With one class each object has a colour of its own and no name, which would hide others.
  void draw(const Instances& objects, const std::vector<std::string>& class_names);

 private:
  Area area_of(const Box& box) const;
  void draw_mask_of(const Segmentation& mask, const Colour& colour);

  Drawing& drawing_;
  int64_t width_, height_;  // of the picture
  double scale_ = 1;
  Area place_;
  OverlayStyle style_;
};

// So many pictures of the set, evenly spread over those that have an object; over all where none has one.
std::vector<int64_t> sample_places(const AnnotatedDataset& dataset, int64_t count);

}  // namespace itpn
