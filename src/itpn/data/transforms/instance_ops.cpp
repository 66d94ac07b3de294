#include "itpn/data/transforms/instance_ops.h"

#include <numeric>
#include <utility>

namespace itpn {
namespace {

bool is_empty(const Box& box) { return !(box.x2 > box.x1 && box.y2 > box.y1); }

Box moved_into(const Box& box, const Rect& part) {
  const auto left = static_cast<float>(part.left), top = static_cast<float>(part.top);
  return clip({box.x1 - left, box.y1 - top, box.x2 - left, box.y2 - top}, static_cast<float>(part.width),
              static_cast<float>(part.height));
}

}  // namespace

MovingInstances::MovingInstances(const Instances& original, const PictureSize& size)
    : original_(original),
      original_size_(size),
      size_(size),
      geometry_(size),
      boxes_(original.boxes),
      ignored_(original.ignored),
      kept_(original.boxes.size()) {
  std::iota(kept_.begin(), kept_.end(), size_t{0});
}

void MovingInstances::mirror() {
  const auto width = static_cast<float>(size_.width);
  for (auto* boxes : {&boxes_, &ignored_}) {
    for (Box& box : *boxes) box = {width - box.x2, box.y1, width - box.x1, box.y2};
  }
  geometry_.mirror();
}

void MovingInstances::resize(const PictureSize& size) {
  const ScaleFactors factors = scale_factors(size_, size);
  const auto width = static_cast<float>(size.width), height = static_cast<float>(size.height);
  for (auto* boxes : {&boxes_, &ignored_}) {
    for (Box& box : *boxes) {
      box = clip({box.x1 * factors.x, box.y1 * factors.y, box.x2 * factors.x, box.y2 * factors.y}, width, height);
    }
  }
  geometry_.resize(size);
  size_ = size;
}

void MovingInstances::crop(const Rect& part) {
  size_t left = 0;
  for (size_t i = 0; i < boxes_.size(); ++i) {
    const Box box = moved_into(boxes_[i], part);
    if (is_empty(box)) continue;
    boxes_[left] = box;
    kept_[left++] = kept_[i];
  }
  boxes_.resize(left);
  kept_.resize(left);
  for (Box& box : ignored_) box = moved_into(box, part);
  std::erase_if(ignored_, is_empty);
  geometry_.crop(part);
  size_ = {part.width, part.height};
}

Instances MovingInstances::finish() && {
  Instances result;
  for (const size_t i : kept_) {
    result.labels.push_back(original_.labels[i]);
    if (original_.masks.empty()) continue;
    const Segmentation& mask = original_.masks[i];
    result.masks.push_back(
        has_mask(mask) ? Segmentation(geometry_.apply(to_bitmap(mask, original_size_.height, original_size_.width)))
                       : Segmentation());
  }
  result.boxes = std::move(boxes_);
  result.ignored = std::move(ignored_);
  return result;
}

}  // namespace itpn
