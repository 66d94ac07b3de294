#include "itpn/eval/detection_curves.h"

#include <algorithm>
#include <iterator>

namespace itpn {
namespace {

constexpr double kGood = 0.9;

// The first, which has the largest score, of the points with the largest `value` among those that `are_wanted`.
template <class Wanted, class Value>
std::optional<CurvePoint> best_of(const std::vector<CurvePoint>& curve, Wanted&& is_wanted, Value&& value) {
  std::optional<CurvePoint> best;
  for (const CurvePoint& point : curve) {
    if (is_wanted(point) && (!best || value(point) > value(*best))) best = point;
  }
  return best;
}

}  // namespace

DetectionOutcomes joined(const std::vector<DetectionOutcomes>& classes) {
  DetectionOutcomes all;
  for (const DetectionOutcomes& one : classes) {
    all.truths += one.truths;
    std::ranges::copy(one.detections, std::back_inserter(all.detections));
  }
  return all;
}

std::vector<CurvePoint> precision_recall(DetectionOutcomes outcomes) {
  if (outcomes.truths == 0) return {};
  std::vector<ScoredHit>& detections = outcomes.detections;
  std::ranges::stable_sort(detections, [](const ScoredHit& a, const ScoredHit& b) { return a.score > b.score; });
  std::vector<CurvePoint> curve;
  double hits = 0.0;
  for (size_t i = 0; i < detections.size(); ++i) {
    hits += detections[i].is_hit ? 1.0 : 0.0;
    if (i + 1 < detections.size() && detections[i + 1].score == detections[i].score) continue;
    curve.push_back(
        {detections[i].score, hits / static_cast<double>(i + 1), hits / static_cast<double>(outcomes.truths)});
  }
  return curve;
}

UsefulThresholds useful_thresholds(const std::vector<CurvePoint>& curve) {
  const auto precision = [](const CurvePoint& point) { return point.precision; };
  const auto recall = [](const CurvePoint& point) { return point.recall; };
  UsefulThresholds found;
  found.best_f1 = best_of(
      curve, [](const CurvePoint& point) { return point.f1() > 0.0; },
      [](const CurvePoint& point) { return point.f1(); });
  found.precise = best_of(
      curve, [&](const CurvePoint& point) { return point.precision >= kGood; }, recall);
  found.complete = best_of(
      curve, [&](const CurvePoint& point) { return point.recall >= kGood; }, precision);
  return found;
}

}  // namespace itpn
