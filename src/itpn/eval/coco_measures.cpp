#include "itpn/eval/coco_measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "itpn/eval/pairwise_mean.h"

namespace itpn {
namespace {

constexpr int kLast = kCocoLimits - 1;
constexpr int64_t kLimitOfAp = 100;
constexpr int kIou50 = 0, kIou75 = 5;  // places of these thresholds

// The detections of all pictures, each with up to `limit`, by falling score; equal ones in the order of the pictures.
std::vector<DetectionFlags> rank_detections(std::span<const CocoMatches* const> pictures, int64_t limit) {
  struct Ranked {
    double score;
    const DetectionFlags* flags;
  };
  std::vector<Ranked> ranked;
  for (const CocoMatches* picture : pictures) {
    const size_t count = std::min(picture->scores.size(), static_cast<size_t>(limit));
    for (size_t d = 0; d < count; ++d) ranked.push_back({picture->scores[d], &picture->flags[d]});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
  std::vector<DetectionFlags> flags;
  flags.reserve(ranked.size());
  for (const Ranked& one : ranked) flags.push_back(*one.flags);
  return flags;
}

double mean_of_defined(const std::vector<double>& values) { return values.empty() ? -1.0 : pairwise_mean(values); }

}  // namespace

std::string coco_number_name(CocoNumber number, const std::array<int64_t, kCocoLimits>& limits) {
  constexpr const char* kNames[kCocoNumbers] = {"AP", "AP50", "AP75", "APs", "APm", "APl",
                                                "AR", "AR",   "AR",   "ARs", "ARm", "ARl"};
  const int place = static_cast<int>(number), first = static_cast<int>(CocoNumber::kArFirst);
  const bool has_limit = place >= first && place < first + kCocoLimits;
  return has_limit ? fmt::format("AR{}", limits[static_cast<size_t>(place - first)]) : kNames[place];
}

CocoMeasures::CocoMeasures(int64_t classes, const std::array<int64_t, kCocoLimits>& limits)
    : classes_(classes),
      limits_(limits),
      precision_(static_cast<size_t>(kCocoIous * kCocoRecalls * classes * kCocoAreas * kCocoLimits), -1.0),
      recall_(static_cast<size_t>(kCocoIous * classes * kCocoAreas * kCocoLimits), -1.0) {}

void CocoMeasures::set_class(int64_t index, std::span<const CocoMatches* const> pictures) {
  std::array<int64_t, kCocoAreas> truths{};
  for (const CocoMatches* picture : pictures) {
    for (size_t area = 0; area < kCocoAreas; ++area) truths[area] += picture->truths[area];
  }
  for (int limit = 0; limit < kCocoLimits; ++limit) {
    const std::vector<DetectionFlags> ranked = rank_detections(pictures, limits_[static_cast<size_t>(limit)]);
    for (int area = 0; area < kCocoAreas; ++area) {
      if (truths[static_cast<size_t>(area)] == 0) continue;
      for (int iou = 0; iou < kCocoIous; ++iou) {
        set_curve(index, area, limit, iou, ranked, truths[static_cast<size_t>(area)]);
      }
    }
  }
}

void CocoMeasures::set_curve(int64_t index, int area, int limit, int iou, std::span<const DetectionFlags> ranked,
                             int64_t truths) {
  const auto count = static_cast<double>(truths);
  std::vector<double> recalls, precisions;
  double hits = 0.0, false_alarms = 0.0;
  // A detection that is ignored repeats the point before it.
  for (const DetectionFlags& flags : ranked) {
    if (!(flags.is_ignored[static_cast<size_t>(area)] >> iou & 1)) {
      (flags.is_hit[static_cast<size_t>(area)] >> iou & 1 ? hits : false_alarms) += 1.0;
    }
    recalls.push_back(hits / count);
    precisions.push_back(hits / (false_alarms + hits + std::numeric_limits<double>::epsilon()));
  }
  for (size_t i = precisions.size(); i-- > 1;) precisions[i - 1] = std::max(precisions[i - 1], precisions[i]);
  recall_[recall_place(iou, index, area, limit)] = recalls.empty() ? 0.0 : recalls.back();
  size_t place = 0;
  for (int recall = 0; recall < kCocoRecalls; ++recall) {
    while (place < recalls.size() && recalls[place] < coco_recall_threshold(recall)) ++place;
    precision_[precision_place(iou, recall, index, area, limit)] = place < recalls.size() ? precisions[place] : 0.0;
  }
}

double CocoMeasures::mean_precision(int first_iou, int ious, int area, int limit) const {
  std::vector<double> defined;
  for (int iou = first_iou; iou < first_iou + ious; ++iou) {
    for (int recall = 0; recall < kCocoRecalls; ++recall) {
      for (int64_t index = 0; index < classes_; ++index) {
        const double value = precision(iou, recall, index, area, limit);
        if (value > -1.0) defined.push_back(value);
      }
    }
  }
  return mean_of_defined(defined);
}

double CocoMeasures::mean_recall(int area, int limit) const {
  std::vector<double> defined;
  for (int iou = 0; iou < kCocoIous; ++iou) {
    for (int64_t index = 0; index < classes_; ++index) {
      const double value = recall(iou, index, area, limit);
      if (value > -1.0) defined.push_back(value);
    }
  }
  return mean_of_defined(defined);
}

double CocoMeasures::number(CocoNumber number) const {
  const int place = static_cast<int>(number);
  if (number == CocoNumber::kAp) {
    const auto limit = std::find(limits_.begin(), limits_.end(), kLimitOfAp);
    return limit == limits_.end() ? -1.0 : mean_precision(0, kCocoIous, 0, static_cast<int>(limit - limits_.begin()));
  }
  if (number == CocoNumber::kAp50) return mean_precision(kIou50, 1, 0, kLast);
  if (number == CocoNumber::kAp75) return mean_precision(kIou75, 1, 0, kLast);
  if (number < CocoNumber::kArFirst) {
    return mean_precision(0, kCocoIous, place - static_cast<int>(CocoNumber::kApSmall) + 1, kLast);
  }
  if (number < CocoNumber::kArSmall) return mean_recall(0, place - static_cast<int>(CocoNumber::kArFirst));
  return mean_recall(place - static_cast<int>(CocoNumber::kArSmall) + 1, kLast);
}

std::array<double, kCocoNumbers> CocoMeasures::numbers() const {
  std::array<double, kCocoNumbers> numbers{};
  for (int i = 0; i < kCocoNumbers; ++i) numbers[static_cast<size_t>(i)] = number(static_cast<CocoNumber>(i));
  return numbers;
}

double CocoMeasures::class_mean(int64_t index, int ious) const {
  std::vector<double> defined;
  for (int iou = 0; iou < ious; ++iou) {
    for (int recall = 0; recall < kCocoRecalls; ++recall) {
      const double value = precision(iou, recall, index, 0, kLast);
      if (value > -1.0) defined.push_back(value);
    }
  }
  return pairwise_mean(defined);
}

double CocoMeasures::class_ap(int64_t index) const { return class_mean(index, kCocoIous); }
double CocoMeasures::class_ap50(int64_t index) const { return class_mean(index, 1); }

}  // namespace itpn
