#include "itpn/tasks/detect/coco_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "itpn/core/utf8.h"

namespace itpn {

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_text(const Rle& rle) {
  return fmt::format(R"({{"size":[{},{}],"counts":{}}})", rle.height, rle.width, json_text(counts_to_text(rle.counts)));
}

CocoText::CocoText(std::vector<std::string> class_names, std::vector<std::string> file_names,
                   std::function<void(const std::string&)> print)
    : class_names_(std::move(class_names)), file_names_(std::move(file_names)), print_(std::move(print)) {}

void CocoText::print_head() {
  if (std::exchange(has_begun_, true)) return;
  std::string text = "{\"categories\":[";
  for (size_t i = 0; i < class_names_.size(); ++i) {
    text += fmt::format(R"({}{{"id":{},"name":{}}})", i == 0 ? "" : ",", i + 1, json_text(class_names_[i]));
  }
  print_(text + "],\n\"annotations\":[");
}

void CocoText::begin(const SeenPicture& picture) {
  print_head();
  picture_ = picture;
  ++pictures_;
  images_ +=
      fmt::format(R"({}{{"id":{},"file_name":{},"width":{},"height":{}}})", pictures_ == 1 ? "\n" : ",\n", pictures_,
                  json_text(printable_name(file_names_[picture.place])), picture.found->width, picture.found->height);
}

void CocoText::add(size_t object, double area, const std::string& mask) {
  const FoundPicture& found = *picture_.found;
  const Box& box = found.boxes[object];
  ++objects_;
  print_(fmt::format(
      R"({}{{"id":{},"image_id":{},"category_id":{},"bbox":[{},{},{},{}],"area":{},"iscrowd":0,"score":{}{}}})",
      objects_ == 1 ? "\n" : ",\n", objects_, pictures_, found.labels[object] + 1, box.x1, box.y1, box.width(),
      box.height(), area, found.scores[object], mask));
}

void CocoText::add_mask(size_t object, const PastedMask& mask) {
  const Rle rle = rle_of(mask, *picture_.found);
  add(object, static_cast<double>(rle_area(rle)), fmt::format(R"(,"segmentation":{})", json_text(rle)));
}

void CocoText::end() {
  const FoundPicture& found = *picture_.found;
  for (size_t i = 0; i < found.count() && !found.has_masks(); ++i) add(i, found.boxes[i].area(), "");
}

void CocoText::finish() {
  print_head();
  print_("],\n\"images\":[" + images_ + "]}\n");
}

}  // namespace itpn
