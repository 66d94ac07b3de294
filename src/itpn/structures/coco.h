// Annotations and results of COCO's evaluation, as its files hold them: ids may have gaps and come in any order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "itpn/structures/box.h"
#include "itpn/structures/segmentation.h"

namespace itpn {

struct CocoImage {
  int64_t id = 0;
  int64_t width = 0;   // 0: the file does not say
  int64_t height = 0;  // 0: the file does not say
  std::string file_name;
  bool operator==(const CocoImage&) const = default;
};

struct CocoCategory {
  int64_t id = 0;
  std::string name;
  bool operator==(const CocoCategory&) const = default;
};

struct CocoAnnotation {
  int64_t id = 0;
  int64_t image_id = 0;
  int64_t category_id = 0;
  std::optional<CornerBox> box = {};
  std::optional<double> area = {};  // of the mask, in pixels
  bool is_crowd = false;
  bool is_ignored = false;  // honoured in training, not in evaluation
  Segmentation mask = {};
};

struct CocoSet {
  std::vector<CocoImage> images;
  std::vector<CocoAnnotation> annotations;
  std::vector<CocoCategory> categories;  // their order numbers the classes
};

// One object that a detector found.
struct CocoResult {
  int64_t image_id = 0;
  int64_t category_id = 0;
  double score = 0.0;
  std::optional<CornerBox> box = {};
  Segmentation mask = {};
};

// Of the object itself, whichever of these is known: the area as given, that of its box, 0.
inline double area_of(const CocoAnnotation& annotation) {
  return annotation.area.value_or(annotation.box.value_or(CornerBox{}).area());
}

}  // namespace itpn
