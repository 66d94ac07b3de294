#include "itpn/data/transforms/rand_augment.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <deque>

#include "itpn/core/errors.h"
#include "itpn/core/philox.h"
#include "tests/support/error_of.h"

namespace itpn {
namespace {

// Draws that are given in advance.
struct ScriptedDraws {
  std::deque<int64_t> integers;
  std::deque<double> uniforms;
  std::deque<double> normals;

  template <class T>
  static T take(std::deque<T>& from) {
    const T value = from.at(0);
    from.pop_front();
    return value;
  }
  int64_t integer(int64_t, int64_t) { return take(integers); }
  double uniform() { return take(uniforms); }
  double normal(double, double) { return take(normals); }
};

RandAugmentConfig published() { return parse_rand_augment("rand-m9-mstd0.5-inc1"); }

TEST(RandAugment, ReadsEachPartOfItsText) {
  const RandAugmentConfig config = published();
  EXPECT_EQ(config.count, 2);
  EXPECT_DOUBLE_EQ(config.magnitude, 9.0);
  EXPECT_DOUBLE_EQ(config.magnitude_std, 0.5);
  EXPECT_TRUE(config.is_increasing);
  const RandAugmentConfig other = parse_rand_augment("rand-n3-m7.5");
  EXPECT_EQ(other.count, 3);
  EXPECT_DOUBLE_EQ(other.magnitude, 7.5);
  EXPECT_DOUBLE_EQ(other.magnitude_std, 0.0);
  EXPECT_FALSE(other.is_increasing);
  EXPECT_TRUE(parse_rand_augment("rand-inc0").is_increasing);  // as published: any value selects the set
}

TEST(RandAugment, RefusesATextThatMakesNoSenseAsAUsageError) {
  for (const char* text :
       {"", "rnd-m9", "rand-", "rand-m", "rand-m11", "rand-x3", "rand-m9-m8", "rand-n0", "rand-n1.5", "rand-mstd-1",
        "rand-m9x", "rand-minf", "rand-mnan", "rand m9", "m9-rand", "rand-inc", "rand-n1000", "rand-m9--inc1"}) {
    SCOPED_TRACE(text);
    test::error_of(ExitCode::kUsage, [&] { parse_rand_augment(text); });
  }
}

TEST(RandAugment, DrawsOperationsFirstAndAppliesEachByItsOwnDraws) {
  ScriptedDraws draws;
  draws.integers = {static_cast<int64_t>(AugmentOp::kInvert), static_cast<int64_t>(AugmentOp::kRotate)};
  draws.uniforms = {0.51, 0.49, 0.6};  // left out; applied; turned
  draws.normals = {8.0};
  const auto steps = draw_rand_augment(draws, published());
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].op, AugmentOp::kRotate);
  EXPECT_DOUBLE_EQ(steps[0].argument, -24.0);
  EXPECT_TRUE(draws.uniforms.empty() && draws.normals.empty());
}

TEST(RandAugment, ClipsTheMagnitudeSoThatPosterizingCanGiveBlack) {
  ScriptedDraws draws;
  draws.integers = {static_cast<int64_t>(AugmentOp::kPosterize), static_cast<int64_t>(AugmentOp::kPosterize)};
  draws.uniforms = {0.1, 0.1};
  draws.normals = {10.4, -3.0};
  const auto steps = draw_rand_augment(draws, published());
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_DOUBLE_EQ(steps[0].argument, 0.0);
  EXPECT_DOUBLE_EQ(steps[1].argument, 4.0);
}

TEST(RandAugment, WithoutADeviationTheMagnitudeIsFixed) {
  ScriptedDraws draws;
  draws.integers = {static_cast<int64_t>(AugmentOp::kShearX)};
  draws.uniforms = {0.1, 0.4};
  const auto steps = draw_rand_augment(draws, parse_rand_augment("rand-m9-n1"));
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_DOUBLE_EQ(steps[0].argument, 0.27);
}

TEST(RandAugment, TheIncreasingSetChangesMoreWithTheMagnitudeTheOtherSetByTheLevelItself) {
  struct Case {
    AugmentOp op;
    double increasing;
    double plain;
  };
  for (const Case& c : {Case{AugmentOp::kPosterize, 1.0, 3.0}, Case{AugmentOp::kSolarize, 26.0, 230.0},
                        Case{AugmentOp::kColor, 1.81, 1.72}, Case{AugmentOp::kSharpness, 1.81, 1.72},
                        Case{AugmentOp::kSolarizeAdd, 99.0, 99.0}, Case{AugmentOp::kTranslateYRel, 0.405, 0.405}}) {
    EXPECT_DOUBLE_EQ(augment_argument(c.op, 9.0, false, true), c.increasing);
    EXPECT_DOUBLE_EQ(augment_argument(c.op, 9.0, false, false), c.plain);
  }
  EXPECT_DOUBLE_EQ(augment_argument(AugmentOp::kContrast, 9.0, true, true), 0.19);
  EXPECT_FALSE(has_direction(AugmentOp::kContrast, false));
}

TEST(RandAugment, PicksOperationsEvenlyAndAppliesHalfOfThem) {
  constexpr int kTrials = 30'000;
  std::array<double, kRandAugmentOps> counts{};
  double applied = 0.0, turned = 0.0, rotations = 0.0, degrees = 0.0;
  for (int i = 0; i < kTrials; ++i) {
    RandomStream draws(5, Purpose::kTest, 0, static_cast<uint64_t>(i));
    for (const AugmentStep& step : draw_rand_augment(draws, published())) {
      ++counts[static_cast<size_t>(step.op)];
      ++applied;
      if (step.op != AugmentOp::kRotate) continue;
      ++rotations;
      turned += step.argument < 0.0;
      degrees += std::abs(step.argument);
    }
  }
  // Five standard deviations of each count or mean.
  EXPECT_NEAR(applied / (2.0 * kTrials), 0.5, 5 * 0.5 / std::sqrt(2.0 * kTrials));
  for (const double count : counts) EXPECT_NEAR(count, applied / 15, 5 * std::sqrt(applied / 15));
  EXPECT_NEAR(turned / rotations, 0.5, 5 * 0.5 / std::sqrt(rotations));
  // 3 degrees a level; the clipping at 10 takes 0.004 levels off the mean.
  EXPECT_NEAR(degrees / rotations, 3 * 8.996, 5 * 1.5 / std::sqrt(rotations));
}

}  // namespace
}  // namespace itpn
