#include "itpn/tasks/detect/object_cell.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/io/palette.h"

namespace itpn {
namespace {

constexpr size_t kColoursOfObjects = 24;  // of a set of one class: neighbours are told apart

}  // namespace

std::vector<int64_t> sample_places(const AnnotatedDataset& dataset, int64_t count) {
  std::vector<int64_t> candidates;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    if (dataset.truth(i).count() > 0) candidates.push_back(i);
  }
  for (int64_t i = 0; candidates.empty() && i < dataset.size(); ++i) candidates.push_back(i);
  const auto all = static_cast<int64_t>(candidates.size());
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < std::min(count, all); ++i)
    chosen.push_back(candidates[static_cast<size_t>(i * all / std::min(count, all))]);
  return chosen;
}

ObjectCell::ObjectCell(Drawing& drawing, const Image& picture, const Area& room)
    : drawing_(drawing), width_(picture.width), height_(picture.height) {
  scale_ = std::min(room.width / picture.width, room.height / picture.height);
  const double width = picture.width * scale_, height = picture.height * scale_;
  place_ = {room.left + (room.width - width) / 2, room.top + (room.height - height) / 2, width, height};
  style_ = overlay_style(width, height);
  drawing_.picture(picture, place_);
}

void ObjectCell::draw(const Instances& objects, const std::vector<std::string>& class_names) {
  const bool is_one_class = class_names.size() == 1;
  const std::vector<Colour> colours = class_colours(is_one_class ? kColoursOfObjects : class_names.size());
  const auto colour_of = [&](size_t i) {
    return colours[is_one_class ? i % colours.size() : static_cast<size_t>(objects.labels[i])];
  };
  for (size_t i = objects.masks.size(); i-- > 0;) draw_mask_of(objects.masks[i], colour_of(i));
  for (const Box& box : objects.ignored) draw_box(drawing_, area_of(box), kFaint, style_);
  for (size_t i = objects.boxes.size(); i-- > 0;) draw_box(drawing_, area_of(objects.boxes[i]), colour_of(i), style_);
  if (is_one_class) return;
  for (size_t i = objects.boxes.size(); i-- > 0;) {
    std::string words = class_names[static_cast<size_t>(objects.labels[i])];
    if (!objects.scores.empty()) words += fmt::format(" {:.2f}", objects.scores[i]);
    draw_label(drawing_, area_of(objects.boxes[i]), words, colour_of(i), place_, style_);
  }
}

Area ObjectCell::area_of(const Box& box) const {
  return {place_.left + box.x1 * scale_, place_.top + box.y1 * scale_, box.width() * scale_, box.height() * scale_};
}

void ObjectCell::draw_mask_of(const Segmentation& mask, const Colour& colour) {
  if (!has_mask(mask)) return;
  const Bitmap bitmap = to_bitmap(mask, height_, width_);
  draw_mask(drawing_, {static_cast<int>(bitmap.width), static_cast<int>(bitmap.height), bitmap.values}, place_, colour,
            style_);
}

}  // namespace itpn
