#include "itpn/data/datasets/corner_boxes.h"

#include <unordered_map>

namespace itpn {
namespace {

constexpr double kOverhang = 1.0;        // pixels that programs round a box beyond the edge
constexpr double kShareOfCorners = 0.2;  // of boxes that would not fit their picture if they were a corner and a size
constexpr int64_t kLeastCorners = 5;

bool may_be_corners(const CornerBox& box, const CocoImage& image) {
  return box.width > box.x && box.height > box.y && box.width <= static_cast<double>(image.width) + kOverhang &&
         box.height <= static_cast<double>(image.height) + kOverhang;
}

}  // namespace

bool reaches_beyond(const CornerBox& box, const CocoImage& image) {
  return box.x < -kOverhang || box.y < -kOverhang || box.x + box.width > static_cast<double>(image.width) + kOverhang ||
         box.y + box.height > static_cast<double>(image.height) + kOverhang;
}

std::vector<int64_t> boxes_written_as_corners(const CocoSet& set) {
  std::unordered_map<int64_t, const CocoImage*> images;
  for (const CocoImage& image : set.images) images.emplace(image.id, &image);
  std::vector<int64_t> too_large;
  int64_t boxes = 0;
  for (const CocoAnnotation& annotation : set.annotations) {
    const auto found = images.find(annotation.image_id);
    if (found == images.end() || !annotation.box) continue;
    const CocoImage& image = *found->second;
    if (image.width == 0 || image.height == 0) continue;
    if (!may_be_corners(*annotation.box, image)) return {};
    ++boxes;
    if (reaches_beyond(*annotation.box, image)) too_large.push_back(annotation.id);
  }
  const auto count = static_cast<int64_t>(too_large.size());
  const bool are_many = static_cast<double>(count) > kShareOfCorners * static_cast<double>(boxes);
  return count >= kLeastCorners && are_many ? too_large : std::vector<int64_t>{};
}

}  // namespace itpn
