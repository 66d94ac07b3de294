#include "itpn/data/datasets/annotated_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/picture_finder.h"
#include "itpn/data/datasets/picture_sizes.h"
#include "itpn/data/datasets/voc_set.h"
#include "itpn/data/datasets/yolo_set.h"
#include "itpn/io/coco_json.h"

namespace itpn {
namespace {

constexpr size_t kLeastOutlineNumbers = 6;

AnnotatedFiles read_coco_part(Fs& fs, const AnnotatedPart& part) {
  AnnotatedFiles files{read_coco(fs, part.annotations), {}};
  files.paths = find_pictures(PictureFinder(fs, part.pictures), files.set.images);
  return files;
}

AnnotatedFiles read_form(Fs& fs, const AnnotatedPart& part) {
  if (part.form == AnnotationForm::kYolo) return read_yolo_part(fs, part);
  return part.form == AnnotationForm::kVoc ? read_voc_part(fs, part) : read_coco_part(fs, part);
}

std::string size_text(int64_t width, int64_t height) { return fmt::format("{} x {}", width, height); }

}  // namespace

bool is_usable_outline(const std::vector<Polygon>& parts) {
  const auto is_near = [](double value) { return std::abs(value) <= kFarthestPoint; };
  return std::any_of(parts.begin(), parts.end(),
                     [](const Polygon& part) { return part.size() >= kLeastOutlineNumbers; }) &&
         std::all_of(parts.begin(), parts.end(),
                     [&](const Polygon& part) { return std::all_of(part.begin(), part.end(), is_near); });
}

void drop_unused_twins(const std::string& name, AnnotatedFiles* files) {
  std::set<int64_t> used;
  for (const CocoAnnotation& annotation : files->set.annotations) used.insert(annotation.category_id);
  std::map<std::string, std::vector<int64_t>> ids;
  for (const CocoCategory& category : files->set.categories) ids[category.name].push_back(category.id);
  for (const auto& [category, own] : ids) {
    const auto in_use = std::count_if(own.begin(), own.end(), [&](int64_t id) { return used.contains(id); });
    if (own.size() == 1) continue;
    if (in_use > 1) {
      throw data_error(fmt::format("{}: {} categories are called {}; give each its own name", name, own.size(),
                                   printable_name(category)));
    }
    int64_t kept = own.front();
    for (const int64_t id : own) kept = used.contains(id) ? id : kept;
    std::erase_if(files->set.categories,
                  [&](const CocoCategory& other) { return other.name == category && other.id != kept; });
    files->remarks.push_back(
        fmt::format("the category {} is listed {} times, of which one is used", printable_name(category), own.size()));
  }
}

void check_masks(const std::string& name, AnnotatedFiles* files) {
  std::map<int64_t, const CocoImage*> images;
  for (const CocoImage& image : files->set.images) images[image.id] = &image;
  std::vector<std::string> wrong;
  int64_t unusable = 0;
  for (CocoAnnotation& annotation : files->set.annotations) {
    const auto image = images.find(annotation.image_id);
    if (const auto* outlines = std::get_if<std::vector<Polygon>>(&annotation.mask)) {
      if (is_usable_outline(*outlines)) continue;
      annotation.mask = {};
      ++unusable;
    } else if (const auto* runs = std::get_if<Rle>(&annotation.mask); runs != nullptr && image != images.end()) {
      const CocoImage& own = *image->second;
      const bool has_size = own.width > 0 && own.height > 0;
      if (!has_size || (runs->width == own.width && runs->height == own.height)) continue;
      wrong.push_back(fmt::format("annotation {} ({} on a picture of {})", annotation.id,
                                  size_text(runs->width, runs->height), size_text(own.width, own.height)));
    }
  }
  if (!wrong.empty()) {
    throw data_error(fmt::format("{}: {} of another size than the picture: {}", name,
                                 count_of(static_cast<int64_t>(wrong.size()), "mask is", "masks are"),
                                 list_of(wrong, kMostNamed)));
  }
  if (unusable > 0) {
    files->remarks.push_back(count_of(unusable, "outline") + " of less than three points or far outside are not used");
  }
}

AnnotatedFiles read_annotations(Fs& fs, const AnnotatedPart& part) {
  AnnotatedFiles files = read_form(fs, part);
  fill_sizes(fs, files.set.images, files.paths);
  return files;
}

AnnotatedFiles read_annotated(Fs& fs, const AnnotatedPart& part) {
  AnnotatedFiles files = read_annotations(fs, part);
  drop_unused_twins(part.annotations, &files);
  check_masks(part.annotations, &files);
  return files;
}

}  // namespace itpn
