// Precision and recall of a detector over a whole set, and the numbers that COCO sums them up in: spec-detection 16.4,
// 16.5.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "itpn/eval/coco_match.h"

namespace itpn {

// The twelve numbers in the order in which they are always reported.
enum class CocoNumber {
  kAp,
  kAp50,
  kAp75,
  kApSmall,
  kApMedium,
  kApLarge,
  kArFirst,
  kArSecond,
  kArThird,
  kArSmall,
  kArMedium,
  kArLarge
};
inline constexpr int kCocoNumbers = 12;

// "AP", "AP50", ... "AR1", "AR10", "AR100", ...
std::string coco_number_name(CocoNumber number, const std::array<int64_t, kCocoLimits>& limits);

class CocoMeasures {
 public:
  // Limits: most detections of a picture, ascending. All values are -1, undefined, at first.
  CocoMeasures(int64_t classes, const std::array<int64_t, kCocoLimits>& limits);

  int64_t classes() const { return classes_; }
  // Fills in one class from the matches of the pictures, in the order of their ids. Different classes may be filled in
  // by different threads.
  void set_class(int64_t index, std::span<const CocoMatches* const> pictures);

  // Interpolated precision at a threshold of recall, and the largest recall. -1 where the class has no truth.
  double precision(int iou, int recall, int64_t index, int area, int limit) const {
    return precision_[precision_place(iou, recall, index, area, limit)];
  }
  double recall(int iou, int64_t index, int area, int limit) const {
    return recall_[recall_place(iou, index, area, limit)];
  }

  // -1 where nothing is defined. AP is that of the limit 100, as the reference tool has it (-1 where there is none).
  double number(CocoNumber number) const;
  std::array<double, kCocoNumbers> numbers() const;
  // Mean over all overlaps, and at 0.5; NaN for a class without truth.
  double class_ap(int64_t index) const;
  double class_ap50(int64_t index) const;

 private:
  struct Curve;
  size_t precision_place(int iou, int recall, int64_t index, int area, int limit) const {
    return ((static_cast<size_t>(iou) * kCocoRecalls + recall) * classes_ + index) * kCocoAreas * kCocoLimits +
           area * kCocoLimits + limit;
  }
  size_t recall_place(int iou, int64_t index, int area, int limit) const {
    return (static_cast<size_t>(iou) * classes_ + index) * kCocoAreas * kCocoLimits + area * kCocoLimits + limit;
  }
  void set_curve(int64_t index, int area, int limit, int iou, std::span<const DetectionFlags> ranked, int64_t truths);
  double mean_precision(int first_iou, int ious, int area, int limit) const;
  double mean_recall(int area, int limit) const;
  double class_mean(int64_t index, int ious) const;

  int64_t classes_;
  std::array<int64_t, kCocoLimits> limits_;
  std::vector<double> precision_;  // (overlap, recall, class, area, limit)
  std::vector<double> recall_;     // (overlap, class, area, limit)
};

}  // namespace itpn
