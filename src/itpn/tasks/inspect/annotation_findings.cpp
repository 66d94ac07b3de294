#include "itpn/tasks/inspect/annotation_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "itpn/core/utf8.h"
#include "itpn/data/datasets/corner_boxes.h"

namespace itpn {
namespace {

using Ids = std::vector<int64_t>;
using ImageOf = std::unordered_map<int64_t, const CocoImage*>;

constexpr double kSameObject = 0.9;  // overlap from which two boxes of a class are most likely one object

void add(std::vector<AnnotationFinding>& findings, AnnotationFinding finding) {
  if (!finding.ids.empty()) findings.push_back(std::move(finding));
}

template <class Item>
Ids repeated_ids(const std::vector<Item>& items) {
  std::set<int64_t> seen;
  Ids twice;
  for (const Item& item : items) {
    if (!seen.insert(item.id).second) twice.push_back(item.id);
  }
  return twice;
}

template <class Matches>
Ids annotations_where(const CocoSet& set, const Matches& matches) {
  Ids ids;
  for (const CocoAnnotation& annotation : set.annotations) {
    if (matches(annotation)) ids.push_back(annotation.id);
  }
  return ids;
}

// The picture of an annotation whose size is known.
const CocoImage* sized_image(const ImageOf& images, const CocoAnnotation& annotation) {
  const auto found = images.find(annotation.image_id);
  if (found == images.end() || found->second->width == 0 || found->second->height == 0) return nullptr;
  return found->second;
}

ImageOf images_of(const CocoSet& set) {
  ImageOf images;
  for (const CocoImage& image : set.images) images.emplace(image.id, &image);
  return images;
}

void add_identity(const AnnotatedFiles& files, std::vector<AnnotationFinding>& findings) {
  const CocoSet& set = files.set;
  add(findings, {"duplicate-picture-id", "picture", "with an id that another one has", true, repeated_ids(set.images)});
  add(findings, {"duplicate-annotation-id", "annotation", "with an id that another one has", true,
                 repeated_ids(set.annotations)});
  add(findings,
      {"duplicate-category-id", "category", "with an id that another one has", true, repeated_ids(set.categories)});
  std::set<std::string> names, paths;
  Ids same_file, missing;
  AnnotationFinding same_name{"duplicate-category-name", "category", "with a name that another one has", false, {}};
  std::set<int64_t> used;
  for (const CocoAnnotation& annotation : set.annotations) used.insert(annotation.category_id);
  std::map<std::string, int64_t> in_use;
  for (const CocoCategory& category : set.categories) {
    in_use[category.name] += used.contains(category.id) ? 1 : 0;
    same_name.stops |= in_use[category.name] > 1;
    if (names.insert(category.name).second) continue;
    same_name.ids.push_back(category.id);
    same_name.names.push_back(printable_name(category.name));
  }
  for (size_t i = 0; i < set.images.size(); ++i) {
    if (files.paths[i].empty()) missing.push_back(set.images[i].id);
    if (!files.paths[i].empty() && !paths.insert(files.paths[i]).second) same_file.push_back(set.images[i].id);
  }
  add(findings, std::move(same_name));
  add(findings, {"picture-named-twice", "picture", "of a file that another entry names, too", true, same_file});
  add(findings, {"picture-missing", "picture", "without a file", false, missing});
}

void add_references(const CocoSet& set, const ImageOf& images, std::vector<AnnotationFinding>& findings) {
  std::set<int64_t> categories, used;
  for (const CocoCategory& category : set.categories) categories.insert(category.id);
  for (const CocoAnnotation& annotation : set.annotations) used.insert(annotation.category_id);
  add(findings, {"orphan-annotation", "annotation", "of a picture that is not listed", false,
                 annotations_where(set, [&](const CocoAnnotation& a) { return !images.contains(a.image_id); })});
  add(findings, {"unknown-category", "annotation", "of a category that is not listed", false,
                 annotations_where(set, [&](const CocoAnnotation& a) { return !categories.contains(a.category_id); })});
  AnnotationFinding unused{"category-without-instances", "category", "without an annotation", false, {}};
  for (const CocoCategory& category : set.categories) {
    if (used.contains(category.id)) continue;
    unused.ids.push_back(category.id);
    unused.names.push_back(printable_name(category.name));
  }
  add(findings, std::move(unused));
}

bool is_outside(const CornerBox& box, const CocoImage& image) {
  return box.x >= static_cast<double>(image.width) || box.y >= static_cast<double>(image.height) ||
         box.x + box.width <= 0 || box.y + box.height <= 0;
}

void add_boxes(const CocoSet& set, const ImageOf& images, std::vector<AnnotationFinding>& findings) {
  add(findings, {"no-box", "annotation", "without a box", false,
                 annotations_where(set, [](const CocoAnnotation& a) { return !a.box; })});
  add(findings, {"box-without-area", "annotation", "with a box side of less than a pixel", false,
                 annotations_where(set, [](const CocoAnnotation& a) {
                   return a.box && !(a.box->width >= 1.0 && a.box->height >= 1.0);
                 })});
  Ids outside, partly;
  for (const CocoAnnotation& annotation : set.annotations) {
    const CocoImage* image = sized_image(images, annotation);
    if (image == nullptr || !annotation.box) continue;
    if (is_outside(*annotation.box, *image)) {
      outside.push_back(annotation.id);
    } else if (reaches_beyond(*annotation.box, *image)) {
      partly.push_back(annotation.id);
    }
  }
  add(findings, {"box-outside", "annotation", "outside of the picture", false, outside});
  add(findings,
      {"box-partly-outside", "annotation", "reaching beyond the picture by more than a pixel", false, partly});
  add(findings,
      {"box-as-corners", "annotation",
       "not fitting the picture: the boxes of the file look like x1, y1, x2, y2, wanted is x, y, width, height", false,
       boxes_written_as_corners(set)});
}

// Each annotation that has nearly the box of one before it, of the same category on the same picture.
Ids near_duplicates(const CocoSet& set) {
  std::map<std::pair<int64_t, int64_t>, std::vector<const CocoAnnotation*>> groups;
  for (const CocoAnnotation& annotation : set.annotations) {
    if (annotation.box && !annotation.is_crowd)
      groups[{annotation.image_id, annotation.category_id}].push_back(&annotation);
  }
  Ids ids;
  for (auto& [key, group] : groups) {
    std::stable_sort(group.begin(), group.end(), [](const auto* a, const auto* b) { return a->box->x < b->box->x; });
    std::set<int64_t> found;
    for (size_t i = 0; i < group.size(); ++i) {
      const CornerBox& box = *group[i]->box;
      for (size_t k = i + 1; k < group.size() && group[k]->box->x < box.x + box.width; ++k) {
        if (coco_iou(*group[k]->box, box, false) >= kSameObject) found.insert(std::max(group[i]->id, group[k]->id));
      }
    }
    ids.insert(ids.end(), found.begin(), found.end());
  }
  return ids;
}

void add_masks(const CocoSet& set, const ImageOf& images, std::vector<AnnotationFinding>& findings) {
  const auto is_of_other_size = [&](const CocoAnnotation& annotation) {
    const auto* runs = std::get_if<Rle>(&annotation.mask);
    const CocoImage* image = sized_image(images, annotation);
    return runs != nullptr && image != nullptr && (runs->width != image->width || runs->height != image->height);
  };
  const auto is_no_outline = [](const CocoAnnotation& annotation) {
    const auto* outlines = std::get_if<std::vector<Polygon>>(&annotation.mask);
    return outlines != nullptr && !is_usable_outline(*outlines);
  };
  add(findings, {"mask-of-other-size", "annotation", "with a mask of another size than the picture", true,
                 annotations_where(set, is_of_other_size)});
  add(findings, {"outline-unusable", "annotation",
                 "with an outline of less than three points or with points far outside: only the box is used", false,
                 annotations_where(set, is_no_outline)});
  const Ids without = annotations_where(set, [](const CocoAnnotation& a) { return !has_mask(a.mask); });
  if (without.size() < set.annotations.size())
    add(findings, {"no-mask", "annotation", "with a box but without a mask, which others have: only the box is used",
                   false, without});
}

}  // namespace

std::vector<AnnotationFinding> annotation_findings(const AnnotatedFiles& files) {
  const ImageOf images = images_of(files.set);
  std::vector<AnnotationFinding> findings;
  add_identity(files, findings);
  add_references(files.set, images, findings);
  add_boxes(files.set, images, findings);
  add(findings, {"near-duplicate", "annotation", "with nearly the box of another one of the category", false,
                 near_duplicates(files.set)});
  add_masks(files.set, images, findings);
  return findings;
}

std::vector<AnnotationFinding> size_findings(const CocoSet& set, const std::vector<PictureFinding>& pictures) {
  constexpr int kLeastOnSide = 5;  // orientations from this on swap width and height
  Ids wrong, as_stored, turned, unclear;
  for (size_t i = 0; i < set.images.size(); ++i) {
    const CocoImage& image = set.images[i];
    const std::optional<ImageInfo>& info = pictures[i].info;
    if (!info || image.width == 0 || image.height == 0) continue;
    const bool fits = info->width == image.width && info->height == image.height;
    const bool fits_turned = info->width == image.height && info->height == image.width;
    const bool lies_on_side = info->orientation >= kLeastOnSide;
    if (!fits && !(lies_on_side && fits_turned)) {
      wrong.push_back(image.id);
    } else if (lies_on_side) {
      (fits ? as_stored : turned).push_back(image.id);
    } else if (info->orientation != 1) {
      unclear.push_back(image.id);
    }
  }
  std::vector<AnnotationFinding> findings;
  add(findings,
      {"picture-size", "picture", "of another size than the annotations say: skipped as bad samples", false, wrong});
  add(findings,
      {"exif-as-stored", "picture",
       "lying on the side by EXIF, with annotations of the picture as it is stored: not turned; look at the boxes",
       false, as_stored});
  add(findings,
      {"exif-turned", "picture",
       "lying on the side by EXIF, with annotations of the picture as people see it: turned upright", false, turned});
  add(findings, {"exif-unclear", "picture",
                 "upside down or mirrored by EXIF, where the size does not tell what the annotations are of: used as "
                 "stored; look at the boxes",
                 false, unclear});
  return findings;
}

}  // namespace itpn
