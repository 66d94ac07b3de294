#include "itpn/eval/detection_curves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/eval/coco_evaluator.h"
#include "itpn/eval/random_coco_for_test.h"

namespace itpn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DetectionCurves, CountByHand) {
  const DetectionOutcomes outcomes = {4, {{0.5, true}, {0.9, true}, {0.8, false}, {0.5, false}, {0.1, true}}};
  const std::vector<CurvePoint> curve = precision_recall(outcomes);
  EXPECT_THAT(curve, ElementsAre(CurvePoint{0.9, 1.0, 0.25}, CurvePoint{0.8, 0.5, 0.25}, CurvePoint{0.5, 0.5, 0.5},
                                 CurvePoint{0.1, 0.6, 0.75}));
  EXPECT_DOUBLE_EQ(curve.back().f1(), 2.0 / 3.0);
}

TEST(DetectionCurves, AreEmptyWithoutObjectsOrDetections) {
  EXPECT_THAT(precision_recall({0, {{0.5, false}}}), IsEmpty());
  EXPECT_THAT(precision_recall({3, {}}), IsEmpty());
  EXPECT_FALSE(useful_thresholds({}).best_f1.has_value());
}

TEST(UsefulThresholds, AreTheLargestOfEquallyGoodOnes) {
  // Precision 1 at both first ones, but the second has more recall; recall 1 at both last ones, with other precisions.
  const UsefulThresholds found =
      useful_thresholds(precision_recall({3, {{0.9, true}, {0.8, true}, {0.6, false}, {0.5, true}, {0.4, false}}}));
  ASSERT_TRUE(found.precise && found.complete && found.best_f1);
  EXPECT_EQ(found.precise->score, 0.8);
  EXPECT_EQ(found.complete->score, 0.5);
  EXPECT_EQ(found.best_f1->score, 0.5);
  // F1 of 2/3 at 0.9 and at 0.6.
  const auto tied = useful_thresholds({{0.9, 1.0, 0.5}, {0.6, 2.0 / 3.0, 2.0 / 3.0}});
  EXPECT_EQ(tied.best_f1->score, 0.9);
}

TEST(UsefulThresholds, AreMissingWhereNothingIsGoodEnough) {
  const UsefulThresholds found = useful_thresholds({{0.9, 0.5, 0.5}});
  EXPECT_TRUE(found.best_f1.has_value());
  EXPECT_FALSE(found.precise.has_value());
  EXPECT_FALSE(found.complete.has_value());
}

// The largest recall of COCO's measures at overlap 0.5 is that of the curve's end.
TEST(DetectionCurves, EndAtTheRecallOfTheEvaluation) {
  for (uint64_t number = 0; number < 5; ++number) {
    const test::RandomCoco coco = test::random_coco(number);
    CocoEvaluator evaluator(coco.truth, {});
    evaluator.add_all(coco.results);
    const CocoMeasures measures = evaluator.value();
    const std::vector<DetectionOutcomes> classes = evaluator.outcomes();
    ASSERT_EQ(std::ssize(classes), measures.classes());
    for (int64_t i = 0; i < measures.classes(); ++i) {
      const std::vector<CurvePoint> curve = precision_recall(classes[static_cast<size_t>(i)]);
      const double recall = measures.recall(0, i, 0, 2);
      if (recall < 0.0) {
        EXPECT_THAT(curve, IsEmpty());
      } else {
        EXPECT_DOUBLE_EQ(curve.empty() ? 0.0 : curve.back().recall, recall);
      }
    }
  }
}

}  // namespace
}  // namespace itpn
