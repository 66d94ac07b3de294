#include "itpn/eval/coco_measures.h"

#include <gtest/gtest.h>

#include <cmath>

#include "itpn/eval/pairwise_mean.h"

namespace itpn {
namespace {

constexpr std::array<int64_t, 3> kLimits = {1, 10, 100};
constexpr uint16_t kEachIou = 0x3FF;

// A picture's detections in their order: 'h' hits, 'f' false alarms, 'i' ignored; all truths are small.
CocoMatches picture(int32_t truths, const std::string& flags, const std::vector<double>& scores) {
  CocoMatches matches;
  matches.truths = {truths, truths, 0, 0};
  matches.scores = scores;
  for (const char flag : flags) {
    DetectionFlags one;
    if (flag == 'h') one.is_hit.fill(kEachIou);
    if (flag == 'i') one.is_ignored.fill(kEachIou);
    matches.flags.push_back(one);
  }
  return matches;
}

CocoMeasures measure(const std::vector<CocoMatches>& pictures) {
  CocoMeasures measures(1, kLimits);
  std::vector<const CocoMatches*> pointers;
  for (const CocoMatches& one : pictures) pointers.push_back(&one);
  measures.set_class(0, pointers);
  return measures;
}

TEST(CocoMeasures, InterpolatePrecisionFromTheRight) {
  // By score: hit, false alarm, hit.
  const CocoMeasures measures = measure({picture(1, "h", {0.9}), picture(1, "fh", {0.8, 0.7})});
  const double first = 1 / (1 + 0x1p-52);
  EXPECT_EQ(measures.precision(0, 0, 0, 0, 2), first);
  EXPECT_EQ(measures.precision(0, 50, 0, 0, 2), first);
  EXPECT_EQ(measures.precision(0, 51, 0, 0, 2), 2.0 / 3.0);
  EXPECT_EQ(measures.precision(0, 100, 0, 0, 2), 2.0 / 3.0);
  EXPECT_EQ(measures.recall(0, 0, 0, 2), 1.0);
  EXPECT_NEAR(measures.number(CocoNumber::kAp), (51 + 50 * 2.0 / 3.0) / 101, 1e-12);
  EXPECT_NEAR(measures.class_ap(0), (51 + 50 * 2.0 / 3.0) / 101, 1e-12);
}

TEST(CocoMeasures, TheLimitCountsForEachPictureByItself) {
  const CocoMeasures measures = measure({picture(1, "h", {0.9}), picture(1, "fh", {0.8, 0.7})});
  EXPECT_EQ(measures.number(CocoNumber::kArFirst), 0.5);
  EXPECT_EQ(measures.number(CocoNumber::kArSecond), 1.0);
}

TEST(CocoMeasures, WhatIsIgnoredChangesNothingButTakesAPlaceOfTheLimit) {
  const CocoMeasures with = measure({picture(2, "ihifih", {0.9, 0.8, 0.7, 0.6, 0.5, 0.4})});
  const CocoMeasures without = measure({picture(2, "hfh", {0.8, 0.6, 0.4})});
  EXPECT_EQ(with.number(CocoNumber::kAp), without.number(CocoNumber::kAp));
  EXPECT_EQ(with.number(CocoNumber::kArSecond), without.number(CocoNumber::kArSecond));
  EXPECT_EQ(with.number(CocoNumber::kArFirst), 0.0);
  EXPECT_EQ(without.number(CocoNumber::kArFirst), 0.5);
}

TEST(CocoMeasures, NothingFoundIsZeroAndNothingToFindIsUndefined) {
  const CocoMeasures missed = measure({picture(2, "", {})});
  EXPECT_EQ(missed.number(CocoNumber::kAp), 0.0);
  EXPECT_EQ(missed.number(CocoNumber::kArThird), 0.0);
  EXPECT_EQ(missed.number(CocoNumber::kApMedium), -1.0);
  const CocoMeasures without = measure({picture(0, "f", {0.5})});
  EXPECT_EQ(without.number(CocoNumber::kAp), -1.0);
  EXPECT_TRUE(std::isnan(without.class_ap(0)));
  EXPECT_TRUE(std::isnan(without.class_ap50(0)));
}

TEST(CocoMeasures, NameTheirNumbersByTheLimits) {
  EXPECT_EQ(coco_number_name(CocoNumber::kApSmall, kLimits), "APs");
  EXPECT_EQ(coco_number_name(CocoNumber::kArThird, {100, 300, 1000}), "AR1000");
  EXPECT_EQ(coco_number_name(CocoNumber::kArLarge, kLimits), "ARl");
}

// Sums whose last bits depend on the order; these are numpy's. One after the other, the last gives ...343.
TEST(PairwiseMean, AddsInTheOrderOfNumpy) {
  const auto harmonic = [](size_t count) {
    std::vector<double> values;
    for (size_t i = 1; i <= count; ++i) values.push_back(1.0 / static_cast<double>(i));
    return pairwise_sum(values);
  };
  EXPECT_EQ(pairwise_sum(std::vector<double>(7, 0.1)), 0.7);
  EXPECT_EQ(pairwise_sum(std::vector<double>(100, 0.1)), 9.999999999999998);
  EXPECT_EQ(harmonic(77), 4.927500538276902);
  EXPECT_EQ(harmonic(300), 6.282663880299504);
  EXPECT_EQ(harmonic(1000), 7.485470860550345);
  EXPECT_TRUE(std::isnan(pairwise_mean({})));
}

}  // namespace
}  // namespace itpn
