#include "itpn/eval/coco_evaluator.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/errors.h"
#include "itpn/core/parallel_for.h"

namespace itpn {

CocoEvaluator::CocoEvaluator(const CocoSet& truth, const CocoEvalConfig& config) : config_(config) {
  for (const CocoCategory& category : truth.categories) class_of_category_[category.id] = 0;
  for (auto& [id, index] : class_of_category_) {
    index = static_cast<int64_t>(category_ids_.size());
    category_ids_.push_back(id);
  }
  std::map<int64_t, const CocoImage*> images;
  for (const CocoImage& image : truth.images) images[image.id] = &image;
  for (const auto& [id, image] : images) {
    pictures_.emplace_back();
    pictures_.back().image = image;
  }
  for (const CocoAnnotation& annotation : truth.annotations) {
    if (images.contains(annotation.image_id)) pictures_[place_of(annotation.image_id)].truths.push_back(&annotation);
  }
}

size_t CocoEvaluator::place_of(int64_t image_id) const {
  const auto found = std::lower_bound(pictures_.begin(), pictures_.end(), image_id,
                                      [](const Picture& picture, int64_t id) { return picture.image->id < id; });
  if (found == pictures_.end() || found->image->id != image_id) {
    throw data_error(fmt::format("a result is of the picture {}, which the annotations do not have", image_id));
  }
  return static_cast<size_t>(found - pictures_.begin());
}

CocoObject CocoEvaluator::truth_object(const CocoAnnotation& truth, const CocoImage& image) const {
  CocoObject object;
  object.box = truth.box.value_or(CornerBox{});
  object.area = area_of(truth);
  object.id = truth.id;
  object.is_crowd = truth.is_crowd;
  object.is_ignored = truth.is_crowd;
  if (config_.kind == IouKind::kBoxes && truth.box) return object;
  const bool has_own = has_mask(truth.mask);
  const Rle mask =
      has_own ? to_rle(truth.mask, image.height, image.width) : rasterise_box(object.box, image.height, image.width);
  if (!truth.box) object.box = rle_box(mask);
  if (!truth.area && !truth.box) object.area = static_cast<double>(rle_area(mask));
  if (config_.kind == IouKind::kBoxes) return object;
  object.is_ignored = object.is_ignored || !has_own;
  object.mask = mask;
  return object;
}

CocoObject CocoEvaluator::found_object(const CocoResult& result, const CocoImage& image) const {
  CocoObject object;
  object.score = result.score;
  object.box = result.box.value_or(CornerBox{});
  object.area = object.box.area();
  if (config_.kind == IouKind::kBoxes && result.box) return object;
  object.mask = has_mask(result.mask) ? to_rle(result.mask, image.height, image.width)
                                      : rasterise_box(object.box, image.height, image.width);
  if (result.box) return object;
  object.box = rle_box(object.mask);
  object.area = static_cast<double>(rle_area(object.mask));
  return object;
}

std::vector<CocoEvaluator::ClassMatches> CocoEvaluator::match_picture(const Picture& picture,
                                                                      const Results& results) const {
  struct Pair {
    std::vector<CocoObject> truths, found;
  };
  std::map<int64_t, Pair> classes;
  for (const CocoAnnotation* truth : picture.truths) {
    const auto index = class_of_category_.find(truth->category_id);
    if (index == class_of_category_.end()) continue;
    try {
      classes[index->second].truths.push_back(truth_object(*truth, *picture.image));
    } catch (const Error& error) {
      throw data_error(fmt::format("annotation {}: {}", truth->id, error.what()));
    }
  }
  for (const CocoResult* result : results) {
    const auto index = class_of_category_.find(result->category_id);
    if (index == class_of_category_.end()) continue;
    try {
      classes[index->second].found.push_back(found_object(*result, *picture.image));
    } catch (const Error& error) {
      throw data_error(fmt::format("a result of picture {}: {}", picture.image->id, error.what()));
    }
  }
  std::vector<ClassMatches> matches;
  for (const auto& [index, pair] : classes) {
    matches.push_back({index, match_objects(pair.truths, pair.found, config_.kind, config_.limits.back())});
  }
  return matches;
}

bool CocoEvaluator::add(int64_t image_id, std::span<const CocoResult> results) {
  Picture& picture = pictures_[place_of(image_id)];
  if (picture.is_added) return false;
  Results own;
  for (const CocoResult& result : results) {
    if (result.image_id != image_id) {
      throw data_error(
          fmt::format("results of pictures {} and {} where those of one are wanted", image_id, result.image_id));
    }
    own.push_back(&result);
  }
  picture.classes = match_picture(picture, own);
  picture.is_added = true;
  return true;
}

void CocoEvaluator::add_all(std::span<const CocoResult> results, int64_t threads) {
  std::map<size_t, Results> by_picture;
  for (const CocoResult& result : results) by_picture[place_of(result.image_id)].push_back(&result);
  std::vector<std::pair<size_t, Results>> work;
  for (auto& [place, own] : by_picture) {
    if (!pictures_[place].is_added) work.emplace_back(place, std::move(own));
  }
  for_each_parallel(static_cast<int64_t>(work.size()), threads, [&](int64_t i) {
    const auto& [place, own] = work[static_cast<size_t>(i)];
    pictures_[place].classes = match_picture(pictures_[place], own);
    pictures_[place].is_added = true;
  });
}

template <class Use>
void CocoEvaluator::for_each_match(int64_t threads, Use&& use) const {
  std::vector<std::vector<ClassMatches>> others(pictures_.size());
  for_each_parallel(pictures(), threads, [&](int64_t i) {
    const Picture& picture = pictures_[static_cast<size_t>(i)];
    if (!picture.is_added) others[static_cast<size_t>(i)] = match_picture(picture, {});
  });
  std::vector<std::vector<const CocoMatches*>> of_class(category_ids_.size());
  for (size_t i = 0; i < pictures_.size(); ++i) {
    for (const ClassMatches& one : pictures_[i].is_added ? pictures_[i].classes : others[i]) {
      of_class[static_cast<size_t>(one.index)].push_back(&one.matches);
    }
  }
  for_each_parallel(static_cast<int64_t>(of_class.size()), threads,
                    [&](int64_t index) { use(index, of_class[static_cast<size_t>(index)]); });
}

CocoMeasures CocoEvaluator::value(int64_t threads) const {
  CocoMeasures measures(static_cast<int64_t>(category_ids_.size()), config_.limits);
  for_each_match(threads, [&](int64_t index, const std::vector<const CocoMatches*>& pictures) {
    measures.set_class(index, pictures);
  });
  return measures;
}

std::vector<DetectionOutcomes> CocoEvaluator::outcomes(int64_t threads) const {
  std::vector<DetectionOutcomes> classes(category_ids_.size());
  for_each_match(threads, [&](int64_t index, const std::vector<const CocoMatches*>& pictures) {
    DetectionOutcomes& own = classes[static_cast<size_t>(index)];
    for (const CocoMatches* matches : pictures) {
      own.truths += matches->truths[0];
      for (size_t d = 0; d < matches->flags.size(); ++d) {
        const DetectionFlags& flags = matches->flags[d];
        if ((flags.is_ignored[0] & 1U) == 0)
          own.detections.push_back({matches->scores[d], (flags.is_hit[0] & 1U) != 0});
      }
    }
  });
  return classes;
}

void CocoEvaluator::reset() {
  for (Picture& picture : pictures_) {
    picture.is_added = false;
    picture.classes.clear();
  }
}

int64_t CocoEvaluator::added() const {
  return std::count_if(pictures_.begin(), pictures_.end(), [](const Picture& picture) { return picture.is_added; });
}

}  // namespace itpn
