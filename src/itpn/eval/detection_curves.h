// Precision and recall of a detector over the threshold of its scores, and the thresholds worth knowing. Overlap 0.5,
// objects of any size; matched as COCO's evaluation does, without its interpolation.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace itpn {

struct ScoredHit {
  double score = 0.0;
  bool is_hit = false;
};

// What became of the detections of one class, or of several together. Those that count neither way (in crowds) are not
// among them.
struct DetectionOutcomes {
  int64_t truths = 0;  // objects that count
  std::vector<ScoredHit> detections;
};

DetectionOutcomes joined(const std::vector<DetectionOutcomes>& classes);

// With all detections of at least that score.
struct CurvePoint {
  double score = 0.0;
  double precision = 0.0;
  double recall = 0.0;
  double f1() const { return precision + recall > 0.0 ? 2.0 * precision * recall / (precision + recall) : 0.0; }
  bool operator==(const CurvePoint&) const = default;
};

// A point for each different score, by falling score; none without truths or detections.
std::vector<CurvePoint> precision_recall(DetectionOutcomes outcomes);

// Of equally good thresholds the largest. Nothing where no threshold reaches it.
struct UsefulThresholds {
  std::optional<CurvePoint> best_f1;
  std::optional<CurvePoint> precise;   // precision of at least 0.9, with the largest recall
  std::optional<CurvePoint> complete;  // recall of at least 0.9, with the largest precision
};
UsefulThresholds useful_thresholds(const std::vector<CurvePoint>& curve);

}  // namespace itpn
