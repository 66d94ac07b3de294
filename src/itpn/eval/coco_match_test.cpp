#include "itpn/eval/coco_match.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

constexpr int64_t kMost = 100;
constexpr uint16_t kAllIous = 0x3FF;

CocoObject truth(const CornerBox& box, int64_t id = 1) {
  CocoObject object;
  object.box = box;
  object.area = box.area();
  object.id = id;
  return object;
}

CocoObject crowd(const CornerBox& box, int64_t id = 1) {
  CocoObject object = truth(box, id);
  object.is_crowd = object.is_ignored = true;
  return object;
}

CocoObject found(const CornerBox& box, double score) {
  CocoObject object = truth(box, 0);
  object.score = score;
  return object;
}

CocoMatches match(const std::vector<CocoObject>& truths, const std::vector<CocoObject>& detections) {
  return match_objects(truths, detections, IouKind::kBoxes, kMost);
}

TEST(CocoMatch, ThresholdsReachExactly095And1) {
  EXPECT_EQ(coco_iou_threshold(0), 0.5);
  EXPECT_EQ(coco_iou_threshold(9), 0.95);
  EXPECT_EQ(coco_recall_threshold(0), 0.0);
  EXPECT_EQ(coco_recall_threshold(100), 1.0);
}

TEST(CocoMatch, ADetectionHitsUpToItsOverlap) {
  const CocoMatches matches = match({truth({0, 0, 10, 10})}, {found({0, 0, 10, 6.2}, 0.9)});
  EXPECT_EQ(matches.flags.at(0).is_hit[0], 0b111);  // 0.5, 0.55, 0.6
  EXPECT_EQ(matches.flags.at(0).is_ignored[0], 0);
  EXPECT_EQ(matches.truths[0], 1);
}

TEST(CocoMatch, TheBetterScoreTakesTheTruthAndTheSecondIsAFalseAlarm) {
  const CocoMatches matches = match({truth({0, 0, 10, 10})}, {found({0, 0, 10, 10}, 0.1), found({0, 0, 10, 9}, 0.9)});
  EXPECT_EQ(matches.scores, (std::vector<double>{0.9, 0.1}));
  EXPECT_EQ(matches.flags.at(0).is_hit[0], 0b111111111);
  EXPECT_EQ(matches.flags.at(1).is_hit[0], 1U << 9);  // only where the first is not good enough
}

TEST(CocoMatch, OfEqualOverlapsTheLaterTruthIsTaken) {
  // The first truth is left to the second detection, which overlaps with nothing else.
  const CocoMatches matches = match({truth({0, 0, 10, 10}, 1), truth({10, 0, 10, 10}, 2)},
                                    {found({0, 0, 20, 10}, 0.9), found({0, 0, 10, 10}, 0.8)});
  EXPECT_EQ(matches.flags.at(0).is_hit[0], 1);
  EXPECT_EQ(matches.flags.at(1).is_hit[0], kAllIous);
}

TEST(CocoMatch, ACrowdTakesAnyNumberAndCountsNeitherWay) {
  const CocoMatches matches =
      match({crowd({0, 0, 100, 100})},
            {found({0, 0, 10, 10}, 0.9), found({50, 50, 10, 10}, 0.8), found({95, 0, 100, 10}, 0.7)});
  EXPECT_EQ(matches.truths[0], 0);
  EXPECT_EQ(matches.flags.at(0).is_ignored[0], kAllIous);
  EXPECT_EQ(matches.flags.at(1).is_ignored[0], kAllIous);
  EXPECT_EQ(matches.flags.at(2).is_ignored[0], 0);
}

TEST(CocoMatch, AnObjectThatCountsGoesBeforeABetterCrowd) {
  const CocoMatches matches = match({crowd({0, 0, 10, 10}, 1), truth({0, 0, 10, 6}, 2)}, {found({0, 0, 10, 10}, 0.9)});
  EXPECT_EQ(matches.flags.at(0).is_hit[0], kAllIous);
  EXPECT_EQ(matches.flags.at(0).is_ignored[0], kAllIous & ~0b111);
}

TEST(CocoMatch, AreasDivideTruthsAndUnmatchedDetections) {
  // 100 and 2,500 pixels: small and medium. The third finds nothing and is large.
  const CocoMatches matches =
      match({truth({0, 0, 10, 10}, 1), truth({20, 20, 50, 50}, 2)},
            {found({0, 0, 10, 10}, 0.9), found({20, 20, 50, 50}, 0.8), found({200, 0, 100, 100}, 0.7)});
  EXPECT_EQ(matches.truths, (std::array<int32_t, 4>{2, 1, 1, 0}));
  EXPECT_EQ(matches.flags.at(2).is_ignored, (std::array<uint16_t, 4>{0, kAllIous, kAllIous, 0}));
  EXPECT_EQ(matches.flags.at(0).is_ignored, (std::array<uint16_t, 4>{0, 0, kAllIous, kAllIous}));
}

TEST(CocoMatch, ATruthOfId0CountsAsMissedAsInTheReferenceTool) {
  EXPECT_EQ(match({truth({0, 0, 10, 10}, 0)}, {found({0, 0, 10, 10}, 0.9)}).flags.at(0).is_hit[0], 0);
}

TEST(CocoMatch, TheBestScoresTakePartAndEqualOnesInTheirOrder) {
  std::vector<CocoObject> detections;
  for (int i = 0; i < 6; ++i) detections.push_back(found({0, 0, 1.0 + i, 10}, i < 2 ? 0.1 : 0.5));
  const CocoMatches matches =
      match_objects(std::vector<CocoObject>{truth({0, 0, 3, 10})}, detections, IouKind::kBoxes, 3);
  EXPECT_EQ(matches.scores, (std::vector<double>{0.5, 0.5, 0.5}));
  EXPECT_EQ(matches.flags.at(0).is_hit[0], kAllIous);
}

}  // namespace
}  // namespace itpn
