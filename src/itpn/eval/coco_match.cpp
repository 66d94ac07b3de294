#include "itpn/eval/coco_match.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace itpn {
namespace {

// Ends of the ranges of areas, both of which belong to them.
constexpr std::pair<double, double> kAreaRanges[kCocoAreas] = {{0, 1e10}, {0, 1024}, {1024, 9216}, {9216, 1e10}};

bool is_outside(double area, int range) { return area < kAreaRanges[range].first || area > kAreaRanges[range].second; }

// The indices of the detections by falling score.
std::vector<size_t> best_first(std::span<const CocoObject> detections, int64_t most) {
  std::vector<size_t> order(detections.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return detections[a].score > detections[b].score; });
  order.resize(std::min(order.size(), static_cast<size_t>(most)));
  return order;
}

// Overlaps, row by row of the detections in their order. Areas and boxes of masks are worked out once for each.
class Overlaps {
 public:
  Overlaps(std::span<const CocoObject> truths, std::span<const CocoObject> detections, const std::vector<size_t>& order,
           IouKind kind)
      : truths_(truths.size()) {
    values_.reserve(order.size() * truths_);
    const std::vector<Shape> shapes = kind == IouKind::kMasks ? shapes_of(truths) : std::vector<Shape>();
    for (const size_t d : order) {
      const CocoObject& found = detections[d];
      const Shape shape = kind == IouKind::kMasks && truths_ > 0 ? shape_of(found) : Shape();
      for (size_t t = 0; t < truths_; ++t) {
        values_.push_back(kind == IouKind::kBoxes ? coco_iou(found.box, truths[t].box, truths[t].is_crowd)
                                                  : mask_overlap(found, shape, truths[t], shapes[t]));
      }
    }
  }
  double operator()(size_t detection, size_t truth) const { return values_[detection * truths_ + truth]; }

 private:
  struct Shape {
    CornerBox box;
    int64_t area = 0;
  };
  static Shape shape_of(const CocoObject& object) { return {rle_box(object.mask), rle_area(object.mask)}; }
  static std::vector<Shape> shapes_of(std::span<const CocoObject> objects) {
    std::vector<Shape> shapes;
    for (const CocoObject& object : objects) shapes.push_back(shape_of(object));
    return shapes;
  }
  // rle_iou() of masks of one picture.
  static double mask_overlap(const CocoObject& found, const Shape& shape, const CocoObject& truth, const Shape& other) {
    if (coco_iou(shape.box, other.box, false) <= 0.0) return 0.0;
    const int64_t shared = shared_area(found.mask, truth.mask);
    const int64_t whole = truth.is_crowd ? shape.area : shape.area + other.area - shared;
    return static_cast<double>(shared) / static_cast<double>(whole);
  }

  size_t truths_;
  std::vector<double> values_;
};

// The truths of one range of areas: those that count first.
struct RankedTruths {
  std::vector<size_t> order;
  size_t counting = 0;
};

RankedTruths rank_truths(std::span<const CocoObject> truths, int range) {
  RankedTruths ranked;
  for (const bool ignored : {false, true}) {
    for (size_t t = 0; t < truths.size(); ++t) {
      if ((truths[t].is_ignored || is_outside(truths[t].area, range)) == ignored) ranked.order.push_back(t);
    }
    if (!ignored) ranked.counting = ranked.order.size();
  }
  return ranked;
}

constexpr size_t kNone = SIZE_MAX;

// The place in `ranked` of the truth that a detection takes: the best that is free, of equal ones the last; one that
// is ignored only where none that counts is good enough.
size_t best_truth(std::span<const CocoObject> truths, const RankedTruths& ranked, const std::vector<uint8_t>& is_taken,
                  const Overlaps& overlaps, size_t detection, double threshold) {
  double best = std::min(threshold, 1 - 1e-10);
  size_t taken = kNone;
  for (size_t place = 0; place < ranked.order.size(); ++place) {
    const size_t t = ranked.order[place];
    if (is_taken[t] && !truths[t].is_crowd) continue;
    if (place >= ranked.counting && taken < ranked.counting) break;
    const double overlap = overlaps(detection, t);
    if (overlap < best) continue;
    best = overlap;
    taken = place;
  }
  return taken;
}

void match_range(std::span<const CocoObject> truths, std::span<const CocoObject> detections,
                 const std::vector<size_t>& order, const Overlaps& overlaps, int range, CocoMatches& matches) {
  const RankedTruths ranked = rank_truths(truths, range);
  matches.truths[range] = static_cast<int32_t>(ranked.counting);
  for (int i = 0; i < kCocoIous; ++i) {
    const auto bit = static_cast<uint16_t>(1U << i);
    std::vector<uint8_t> is_taken(truths.size());
    for (size_t d = 0; d < order.size(); ++d) {
      const size_t place = best_truth(truths, ranked, is_taken, overlaps, d, coco_iou_threshold(i));
      DetectionFlags& flags = matches.flags[d];
      // The reference tool takes a match with the truth of id 0 for none.
      const bool is_hit = place != kNone && truths[ranked.order[place]].id != 0;
      if (place != kNone) is_taken[ranked.order[place]] = 1;
      const bool is_ignored = place != kNone && place >= ranked.counting;
      if (is_hit) flags.is_hit[range] |= bit;
      if (is_ignored || (!is_hit && is_outside(detections[order[d]].area, range))) flags.is_ignored[range] |= bit;
    }
  }
}

}  // namespace

double coco_iou_threshold(int index) {
  constexpr double kFirst = 0.5, kLast = 0.95;
  return index == kCocoIous - 1 ? kLast : index * ((kLast - kFirst) / (kCocoIous - 1)) + kFirst;
}

double coco_recall_threshold(int index) { return index == kCocoRecalls - 1 ? 1.0 : index * (1.0 / (kCocoRecalls - 1)); }

CocoMatches match_objects(std::span<const CocoObject> truths, std::span<const CocoObject> detections, IouKind kind,
                          int64_t most) {
  const std::vector<size_t> order = best_first(detections, most);
  const Overlaps overlaps(truths, detections, order, kind);
  CocoMatches matches;
  for (const size_t d : order) matches.scores.push_back(detections[d].score);
  matches.flags.resize(order.size());
  for (int range = 0; range < kCocoAreas; ++range) {
    match_range(truths, detections, order, overlaps, range, matches);
  }
  return matches;
}

}  // namespace itpn
