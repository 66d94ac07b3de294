#include "itpn/data/transforms/detection_transform.h"

#include <gtest/gtest.h>

#include <set>

#include "itpn/core/philox.h"
#include "itpn/data/transforms/instance_ops.h"

namespace itpn {
namespace {

RandomStream draws_of(uint64_t position) { return {3, Purpose::kAugmentation, 0, position}; }

DetectionPlan plan_of(uint64_t position, const PictureSize& size) {
  RandomStream draws = draws_of(position);
  return choose_training_plan(DetectionTransformConfig(), size, draws);
}

TEST(TrainingPlan, MirrorsAndCutsHalfOfThePictures) {
  constexpr int kPlans = 4000;
  int mirrored = 0, cut = 0;
  for (int i = 0; i < kPlans; ++i) {
    const DetectionPlan plan = plan_of(static_cast<uint64_t>(i), {640, 480});
    mirrored += plan.is_mirrored;
    cut += plan.part.has_value();
    EXPECT_EQ(plan.first_size.has_value(), plan.part.has_value());
  }
  EXPECT_NEAR(mirrored, kPlans / 2, 130);  // four deviations
  EXPECT_NEAR(cut, kPlans / 2, 130);
}

TEST(TrainingPlan, TakesEachSizeAndStaysWithinTheLimits) {
  std::set<int> short_sides, first_sides;
  for (uint64_t i = 0; i < 500; ++i) {
    const DetectionPlan plan = plan_of(i, {640, 480});
    if (!plan.part) {
      short_sides.insert(plan.size.height);
      continue;
    }
    first_sides.insert(plan.first_size->height);
    const Rect& part = *plan.part;
    EXPECT_GE(part.height, 384);
    EXPECT_LE(part.height, std::min(600, plan.first_size->height));
    EXPECT_GE(part.width, 384);
    EXPECT_LE(part.width, 600);
    EXPECT_GE(part.top, 0);
    EXPECT_LE(part.top + part.height, plan.first_size->height);
    EXPECT_LE(part.left + part.width, plan.first_size->width);
    EXPECT_LE(std::max(plan.size.width, plan.size.height), 1333);
  }
  EXPECT_EQ(short_sides.size(), 11U);
  EXPECT_EQ(first_sides, (std::set<int>{400, 500, 600}));
}

TEST(TrainingPlan, IsAFunctionOfThePosition) {
  const DetectionPlan a = plan_of(7, {640, 480}), b = plan_of(7, {640, 480});
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.is_mirrored, b.is_mirrored);
}

Instances two_objects() {
  Instances instances;
  instances.boxes = {{1, 1, 3, 3}, {6, 2, 8, 4}};
  instances.labels = {4, 9};
  instances.masks = {Segmentation(rasterise_box({1, 1, 2, 2}, 6, 10)), Segmentation()};
  instances.ignored = {{0, 0, 10, 6}};
  return instances;
}

TEST(MovingInstances, MirrorBoxesAndMasksAlike) {
  const Instances original = two_objects();
  MovingInstances moving(original, {10, 6});
  moving.mirror();
  const Instances found = std::move(moving).finish();
  EXPECT_EQ(found.boxes, (std::vector<Box>{{7, 1, 9, 3}, {2, 2, 4, 4}}));
  EXPECT_EQ(found.masks[0], Segmentation(decode_rle(rasterise_box({7, 1, 2, 2}, 6, 10))));
  EXPECT_FALSE(has_mask(found.masks[1]));
}

TEST(MovingInstances, ACutDropsWhatIsOutsideAndFitsNoBoxToItsMask) {
  const Instances original = two_objects();
  MovingInstances moving(original, {10, 6});
  moving.crop({2, 0, 4, 6});
  const Instances found = std::move(moving).finish();
  EXPECT_EQ(found.boxes, (std::vector<Box>{{0, 1, 1, 3}}));
  EXPECT_EQ(found.labels, (std::vector<int64_t>{4}));
  EXPECT_EQ(found.ignored, (std::vector<Box>{{0, 0, 4, 6}}));
  EXPECT_EQ(std::get<Bitmap>(found.masks.at(0)).width, 4);
}

TEST(MovingInstances, ResizingClipsBoxesAndKeepsThoseWithoutArea) {
  Instances original;
  original.boxes = {{-2, -2, 20, 3}, {12, 1, 15, 2}};
  original.labels = {0, 1};
  MovingInstances moving(original, {10, 6});
  moving.resize({20, 6});
  EXPECT_EQ(std::move(moving).finish().boxes, (std::vector<Box>{{0, 0, 20, 3}, {20, 1, 20, 2}}));
}

TEST(CarryOut, DoesTheStepsInTheirOrder) {
  Image picture(40, 30, 3);
  for (size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = static_cast<uint8_t>(i % 241);
  const Image original = picture;
  DetectionPlan plan;
  plan.is_mirrored = true;
  plan.first_size = {50, 37};
  plan.part = {4, 6, 30, 20};
  plan.size = {45, 30};
  DetectionScratch scratch;
  const DetectionSample sample = carry_out(plan, std::move(picture), {}, scratch);
  Image mirrored = original, first(50, 37, 3), last(45, 30, 3);
  mirror_rows(mirrored);
  BilinearResizer().run(view_of(mirrored), first);
  BilinearResizer().run(view_of(first, *plan.part), last);
  EXPECT_EQ(sample.picture.pixels, last.pixels);
  EXPECT_EQ(sample.factors, (ScaleFactors{1.5F, 1.5F}));
}

TEST(NormalisePadded, IsZeroBesideThePicture) {
  Image picture(2, 1, 3);
  picture.pixels = {0, 10, 255, 123, 116, 103};
  std::vector<float> values(3 * 2 * 3, 7.0F);
  normalise_padded(picture, {}, {3, 2}, values.data());
  EXPECT_FLOAT_EQ(values[0], -123.675F / 58.395F);
  EXPECT_FLOAT_EQ(values[6], (10 - 116.28F) / 57.12F);
  EXPECT_FLOAT_EQ(values[13], (103 - 103.53F) / 57.375F);
  for (const size_t place : {2, 3, 4, 5, 8, 9, 10, 11, 14, 15, 16, 17}) EXPECT_EQ(values[place], 0.0F) << place;
}

}  // namespace
}  // namespace itpn
