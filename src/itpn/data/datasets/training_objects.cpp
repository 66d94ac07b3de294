#include "itpn/data/datasets/training_objects.h"

#include <algorithm>
#include <optional>

#include "itpn/core/utf8.h"

namespace itpn {
namespace {

constexpr double kLeastSide = 1.0;

bool is_beside(double start, double length, int64_t side) {
  return std::min(start + length, static_cast<double>(side)) - std::max(start, 0.0) <= 0;
}

// Unknown where the file does not say how large the picture is.
bool is_outside(const CornerBox& box, const CocoImage& image) {
  const bool has_size = image.width > 0 && image.height > 0;
  return has_size && (is_beside(box.x, box.width, image.width) || is_beside(box.y, box.height, image.height));
}

// Nothing for an annotation that is used.
std::optional<LeftOut> why_left_out(const CocoAnnotation& annotation, const CocoImage& image,
                                    const CategoryLabels& labels) {
  if (annotation.is_ignored) return LeftOut::kMarked;
  if (!annotation.box) return LeftOut::kNoBox;
  const CornerBox& box = *annotation.box;
  if (is_outside(box, image)) return LeftOut::kOutside;
  if (area_of(annotation) <= 0 || box.width < kLeastSide || box.height < kLeastSide) return LeftOut::kTooSmall;
  if (!labels.contains(annotation.category_id)) return LeftOut::kUnknownClass;
  return std::nullopt;
}

}  // namespace

CategoryLabels category_labels(std::span<const CocoCategory> categories, std::span<const std::string> names) {
  CategoryLabels labels;
  for (size_t i = 0; i < categories.size(); ++i) {
    const auto name = std::find(names.begin(), names.end(), printable_name(categories[i].name));
    if (!names.empty() && name == names.end()) continue;
    labels[categories[i].id] = names.empty() ? static_cast<int64_t>(i) : name - names.begin();
  }
  return labels;
}

const char* left_out_name(LeftOut reason) {
  constexpr const char* kNames[kLeftOutReasons] = {"marked as ignored", "without a box", "outside of the picture",
                                                   "smaller than a pixel or without area",
                                                   "of a class that is not known"};
  return kNames[static_cast<int>(reason)];
}

TrainingObjects training_objects(const CocoImage& image, std::span<const CocoAnnotation* const> annotations,
                                 const CategoryLabels& labels) {
  TrainingObjects objects;
  Instances& instances = objects.instances;
  for (const CocoAnnotation* annotation : annotations) {
    if (const auto reason = why_left_out(*annotation, image, labels)) {
      ++objects.left_out[static_cast<size_t>(*reason)];
    } else if (annotation->is_crowd) {
      instances.ignored.push_back(corners_of(*annotation->box));
    } else {
      instances.boxes.push_back(corners_of(*annotation->box));
      instances.labels.push_back(labels.at(annotation->category_id));
      instances.masks.push_back(annotation->mask);
      objects.without_mask += has_mask(annotation->mask) ? 0 : 1;
    }
  }
  if (objects.without_mask == instances.count()) instances.masks.clear();
  return objects;
}

}  // namespace itpn
