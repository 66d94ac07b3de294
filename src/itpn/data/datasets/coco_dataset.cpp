#include "itpn/data/datasets/coco_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/datasets/annotated_files.h"

namespace itpn {
namespace {

constexpr int64_t kLeastPictureSide = 32;

// The values that occur more than once, ascending.
template <class T>
std::vector<T> repeated(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  std::vector<T> twice;
  for (size_t i = 1; i < values.size(); ++i) {
    if (values[i] == values[i - 1] && (twice.empty() || twice.back() != values[i])) twice.push_back(values[i]);
  }
  return twice;
}

template <class Item>
void check_ids(const std::vector<Item>& items, const char* what, const std::string& name) {
  std::vector<int64_t> ids;
  for (const Item& item : items) ids.push_back(item.id);
  std::vector<std::string> twice;
  for (const int64_t id : repeated(std::move(ids))) twice.push_back(std::to_string(id));
  if (twice.empty()) return;
  throw data_error(fmt::format("{}: {} of {} occur more than once: {}; number them anew", name,
                               count_of(static_cast<int64_t>(twice.size()), "id"), what, list_of(twice, kMostNamed)));
}

using AnnotationsOf = std::map<int64_t, std::vector<const CocoAnnotation*>>;

AnnotationsOf by_image(const CocoSet& set) {
  AnnotationsOf annotations;
  for (const CocoImage& image : set.images) annotations[image.id];
  for (const CocoAnnotation& annotation : set.annotations) {
    const auto own = annotations.find(annotation.image_id);
    if (own != annotations.end()) own->second.push_back(&annotation);
  }
  return annotations;
}

}  // namespace

CocoDataset::CocoDataset(Fs& fs, const CocoSet& set, CocoDatasetConfig config) : fs_(fs), config_(std::move(config)) {
  check_ids(set.images, "pictures", config_.name);
  check_ids(set.categories, "categories", config_.name);
  check_ids(set.annotations, "annotations", config_.name);
  class_names_ = config_.class_names;
  if (class_names_.empty()) {
    for (const CocoCategory& category : set.categories) class_names_.push_back(printable_name(category.name));
  }
  const CategoryLabels labels = category_labels(set.categories, config_.class_names);
  const AnnotationsOf annotations = by_image(set);
  counts_.orphans = static_cast<int64_t>(set.annotations.size());
  for (const auto& [id, own] : annotations) counts_.orphans -= static_cast<int64_t>(own.size());
  for (size_t i = 0; i < set.images.size(); ++i) {
    const CocoImage& image = set.images[i];
    const std::vector<const CocoAnnotation*>& own = annotations.at(image.id);
    if (!is_dropped(image, own, labels)) add_sample(image, config_.paths.at(i), own, labels);
  }
  config_.paths = {};
  check_usable(set);
  check_files();
}

bool CocoDataset::is_dropped(const CocoImage& image, std::span<const CocoAnnotation* const> annotations,
                             const CategoryLabels& labels) {
  if (!config_.is_for_training) return false;
  const bool has_size = image.width > 0 && image.height > 0;
  if (has_size && std::min(image.width, image.height) < kLeastPictureSide) {
    ++counts_.dropped_small;
    return true;
  }
  if (config_.empty == EmptyPictures::kNegative) return false;
  const bool has_known = std::any_of(annotations.begin(), annotations.end(), [&](const CocoAnnotation* annotation) {
    return labels.contains(annotation->category_id);
  });
  if (!has_known) ++counts_.dropped_empty;
  return !has_known;
}

void CocoDataset::add_sample(const CocoImage& image, const std::string& path,
                             std::span<const CocoAnnotation* const> annotations, const CategoryLabels& labels) {
  TrainingObjects objects = training_objects(image, annotations, labels);
  counts_.objects += objects.instances.count();
  counts_.crowds += static_cast<int64_t>(objects.instances.ignored.size());
  counts_.without_mask += objects.without_mask;
  for (size_t i = 0; i < kLeftOutReasons; ++i) counts_.left_out[i] += objects.left_out[i];
  counts_.missing += path.empty() ? 1 : 0;
  counts_.empty += objects.instances.count() == 0 ? 1 : 0;
  samples_.push_back(
      {image, path.empty() ? join_path(config_.pictures, image.file_name) : path, std::move(objects.instances)});
}

void CocoDataset::check_files() const {
  if (counts_.missing == size()) {
    throw data_error(fmt::format("{}: none of its {} lies in {}; the first is {}", config_.name,
                                 count_of(size(), "picture"), config_.pictures,
                                 printable_name(samples_.front().image.file_name)));
  }
  std::vector<std::string> paths, twice;
  for (const Sample& sample : samples_) paths.push_back(sample.path);
  for (const std::string& path : repeated(std::move(paths))) twice.push_back(printable_name(path));
  if (twice.empty()) return;
  throw data_error(fmt::format("{}: {} named by more than one entry of images: {}", config_.name,
                               count_of(static_cast<int64_t>(twice.size()), "picture"), list_of(twice, kMostNamed)));
}

// Says why nothing is left to train on.
void CocoDataset::check_usable(const CocoSet& set) const {
  std::vector<std::string> reasons;
  if (counts_.crowds > 0) reasons.push_back(fmt::format("{} are crowds", counts_.crowds));
  for (int i = 0; i < kLeftOutReasons; ++i) {
    const int64_t count = counts_.left_out[static_cast<size_t>(i)];
    if (count > 0) reasons.push_back(fmt::format("{} are {}", count, left_out_name(static_cast<LeftOut>(i))));
  }
  if (counts_.orphans > 0) reasons.push_back(fmt::format("{} belong to no picture of the file", counts_.orphans));
  if (counts_.dropped_small > 0) {
    reasons.push_back(count_of(counts_.dropped_small, "picture has", "pictures have") +
                      fmt::format(" a side of less than {} pixels", kLeastPictureSide));
  }
  if (counts_.dropped_empty > 0) {
    reasons.push_back(count_of(counts_.dropped_empty, "picture has", "pictures have") +
                      " no annotation of a known class");
  }
  const std::string why = reasons.empty() ? "" : "; " + list_of(reasons, reasons.size());
  if (set.images.empty()) throw data_error(fmt::format("{}: the list images is empty", config_.name));
  if (counts_.objects == 0) {
    throw data_error(fmt::format("{}: of {} no box can be used{}", config_.name,
                                 count_of(static_cast<int64_t>(set.annotations.size()), "annotation"), why));
  }
}

}  // namespace itpn
