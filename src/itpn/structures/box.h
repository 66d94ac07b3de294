// Boxes in pixels. No form counts a "+1": a box from 2 to 5 is 3 wide.
#pragma once

#include <algorithm>

namespace itpn {

// Two corners; what models and transforms work on.
struct Box {
  float x1 = 0.0F;
  float y1 = 0.0F;
  float x2 = 0.0F;
  float y2 = 0.0F;

  float width() const { return x2 - x1; }
  float height() const { return y2 - y1; }
  float area() const { return width() * height(); }
  bool operator==(const Box&) const = default;
};

// Corner and size; what COCO files hold and its evaluation works on, in double precision.
struct CornerBox {
  double x = 0.0;
  double y = 0.0;
  double width = 0.0;
  double height = 0.0;

  double area() const { return width * height; }
  bool operator==(const CornerBox&) const = default;
};

// The part of `box` inside [0, width] x [0, height].
inline Box clip(const Box& box, float width, float height) {
  return {std::clamp(box.x1, 0.0F, width), std::clamp(box.y1, 0.0F, height), std::clamp(box.x2, 0.0F, width),
          std::clamp(box.y2, 0.0F, height)};
}

// Corners of `box`, each rounded to float once.
inline Box corners_of(const CornerBox& box) {
  return {static_cast<float>(box.x), static_cast<float>(box.y), static_cast<float>(box.x + box.width),
          static_cast<float>(box.y + box.height)};
}

// The other way, in double precision.
inline CornerBox corner_box_of(const Box& box) {
  const double x = box.x1, y = box.y1;
  return {x, y, box.x2 - x, box.y2 - y};
}

// Intersection over union as COCO's evaluation takes it, without an epsilon; 0 where nothing is shared. For a crowd
// region as truth: intersection over the area of the detection.
inline double coco_iou(const CornerBox& detection, const CornerBox& truth, bool is_crowd) {
  const double width = std::min(detection.width + detection.x, truth.width + truth.x) - std::max(detection.x, truth.x);
  if (width <= 0) return 0.0;
  const double height =
      std::min(detection.height + detection.y, truth.height + truth.y) - std::max(detection.y, truth.y);
  if (height <= 0) return 0.0;
  const double shared = width * height;
  const double area = detection.area();
  return shared / (is_crowd ? area : area + truth.area() - shared);
}

}  // namespace itpn
