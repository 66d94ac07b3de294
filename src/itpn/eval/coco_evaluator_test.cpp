#include "itpn/eval/coco_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "itpn/eval/random_coco_for_test.h"
#include "tests/support/error_of.h"

namespace itpn {
namespace {

using test::error_of;
using test::random_coco;
using test::RandomCoco;
using testing::HasSubstr;

// Everything that measures hold; NaN where a class has no truth is left out.
std::vector<double> all_values(const CocoMeasures& measures) {
  std::vector<double> values;
  for (const double number : measures.numbers()) values.push_back(number);
  for (int64_t k = 0; k < measures.classes(); ++k) {
    for (int iou = 0; iou < kCocoIous; ++iou) {
      for (int area = 0; area < kCocoAreas; ++area) {
        for (int limit = 0; limit < kCocoLimits; ++limit) {
          values.push_back(measures.recall(iou, k, area, limit));
          for (int r = 0; r < kCocoRecalls; ++r) values.push_back(measures.precision(iou, r, k, area, limit));
        }
      }
    }
  }
  return values;
}

std::vector<CocoResult> results_of(const RandomCoco& coco, int64_t image_id) {
  std::vector<CocoResult> own;
  for (const CocoResult& result : coco.results) {
    if (result.image_id == image_id) own.push_back(result);
  }
  return own;
}

class CocoEvaluators : public testing::TestWithParam<IouKind> {
 protected:
  const CocoEvalConfig config_{.kind = GetParam(), .limits = {1, 10, 100}};
};

TEST_P(CocoEvaluators, DoNotDependOnThreadsOrOnHowResultsCome) {
  for (uint64_t number = 0; number < 4; ++number) {
    const RandomCoco coco = random_coco(number);
    CocoEvaluator whole(coco.truth, config_);
    whole.add_all(coco.results);
    const std::vector<double> expected = all_values(whole.value());
    EXPECT_GT(whole.value().number(CocoNumber::kAp), 0.0);
    for (const int64_t threads : {2, 3, 8}) {
      CocoEvaluator evaluator(coco.truth, config_);
      evaluator.add_all(coco.results, threads);
      EXPECT_EQ(all_values(evaluator.value(threads)), expected) << threads;
    }
    CocoEvaluator one_by_one(coco.truth, config_);
    for (const CocoImage& image : coco.truth.images) one_by_one.add(image.id, results_of(coco, image.id));
    EXPECT_EQ(all_values(one_by_one.value()), expected);
  }
}

TEST_P(CocoEvaluators, OfSeveralProcessesAreOneAndCountAPictureOnce) {
  const RandomCoco coco = random_coco(7);
  CocoEvaluator whole(coco.truth, config_), first(coco.truth, config_), second(coco.truth, config_);
  whole.add_all(coco.results);
  for (size_t i = 0; i < coco.truth.images.size(); ++i) {
    const int64_t id = coco.truth.images[i].id;
    if (i % 2 == 0 || i == 1) first.add(id, results_of(coco, id));
    if (i % 2 == 1) second.add(id, results_of(coco, id));
  }
  EXPECT_FALSE(first.add(coco.truth.images[0].id, results_of(coco, coco.truth.images[0].id)));
  second.merge(first);
  EXPECT_EQ(second.added(), second.pictures());
  EXPECT_EQ(all_values(second.value()), all_values(whole.value()));
  second.reset();
  EXPECT_EQ(second.added(), 0);
  second.add_all(coco.results);
  EXPECT_EQ(all_values(second.value()), all_values(whole.value()));
}

TEST_P(CocoEvaluators, TakeNothingFoundForAResult) {
  const RandomCoco coco = random_coco(2);
  CocoEvaluator evaluator(coco.truth, config_);
  const CocoMeasures measures = evaluator.value();
  EXPECT_EQ(measures.number(CocoNumber::kAp), 0.0);
  EXPECT_EQ(measures.class_ap(0), 0.0);
  EXPECT_TRUE(std::isnan(measures.class_ap(3)));
  EXPECT_EQ(measures.precision(0, 0, 3, 0, 0), -1.0);
}

TEST_P(CocoEvaluators, RefuseWhatIsOfAnotherSet) {
  const RandomCoco coco = random_coco(2), other = random_coco(2, {.images = 5});
  CocoEvaluator evaluator(coco.truth, config_), smaller(other.truth, config_);
  EXPECT_THAT(error_of(ExitCode::kData, [&] { evaluator.add(99, {}); }), HasSubstr("picture 99"));
  error_of(ExitCode::kData, [&] { evaluator.add(13, std::vector<CocoResult>{{.image_id = 23}}); });
  EXPECT_THAT(error_of(ExitCode::kData, [&] { evaluator.merge(smaller); }), HasSubstr("other pictures"));
  evaluator.add_all(coco.results);
  const std::string packed = evaluator.pack();
  CocoEvaluator cut(coco.truth, config_);
  EXPECT_THAT(error_of(ExitCode::kData, [&] { cut.merge(packed.substr(0, packed.size() - 3)); }), HasSubstr("cut off"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, CocoEvaluators, testing::Values(IouKind::kBoxes, IouKind::kMasks),
                         [](const auto& info) { return info.param == IouKind::kBoxes ? "Boxes" : "Masks"; });

CocoSet one_picture(const CocoAnnotation& truth) { return {{{1, 40, 20, "1.jpg"}}, {truth}, {{1, "cat"}}}; }

TEST(CocoEvaluator, NamesTheAnnotationWhoseMaskDoesNotFit) {
  const CocoSet truth = one_picture({.id = 5, .image_id = 1, .category_id = 1, .mask = Rle{7, 9, {63}}});
  CocoEvaluator evaluator(truth, {.kind = IouKind::kMasks});
  const std::string error = error_of(ExitCode::kData, [&] { evaluator.value(); });
  EXPECT_THAT(error, HasSubstr("annotation 5"));
  EXPECT_THAT(error, HasSubstr("9 x 7 pixels for a picture of 40 x 20"));
}

TEST(CocoEvaluator, AnObjectWithoutMaskIsNeitherMissedNorAFalseAlarm) {
  const CornerBox box{2, 2, 10, 10};
  const CocoSet truth = one_picture({.id = 5, .image_id = 1, .category_id = 1, .box = box});
  const std::vector<CocoResult> results = {{1, 1, 0.5, box, rasterise_box(box, 20, 40)}};
  CocoEvaluator masks(truth, {.kind = IouKind::kMasks}), boxes(truth, {});
  masks.add_all(results);
  boxes.add_all(results);
  EXPECT_EQ(masks.value().number(CocoNumber::kAp), -1.0);
  EXPECT_NEAR(boxes.value().number(CocoNumber::kAp), 1.0, 1e-12);
}

TEST(CocoEvaluator, AResultWithoutBoxIsMeasuredByItsMask) {
  const CornerBox box{2, 2, 10, 10};
  const CocoSet truth = one_picture({.id = 5, .image_id = 1, .category_id = 1, .box = box, .area = 100.0});
  CocoEvaluator evaluator(truth, {});
  evaluator.add_all(std::vector<CocoResult>{{1, 1, 0.5, std::nullopt, rasterise_box(box, 20, 40)}});
  EXPECT_NEAR(evaluator.value().number(CocoNumber::kApSmall), 1.0, 1e-12);
}

TEST(CocoEvaluator, PassesOverClassesThatTheTruthDoesNotHave) {
  const CornerBox box{2, 2, 10, 10};
  const CocoSet truth = one_picture({.id = 5, .image_id = 1, .category_id = 1, .box = box, .area = 100.0});
  CocoEvaluator evaluator(truth, {});
  evaluator.add_all(std::vector<CocoResult>{{1, 77, 0.9, box, {}}, {1, 1, 0.5, box, {}}});
  EXPECT_NEAR(evaluator.value().number(CocoNumber::kAp), 1.0, 1e-12);
}

}  // namespace
}  // namespace itpn
