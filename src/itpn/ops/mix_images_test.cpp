#include "itpn/ops/mix_images.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "itpn/core/errors.h"
#include "itpn/core/philox.h"
#include "tests/support/error_of.h"

namespace itpn::ops {
namespace {

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
};

constexpr int kSamples = 40'000;

Moments beta_moments(double alpha) {
  double sum = 0.0, squares = 0.0;
  for (uint64_t i = 0; i < kSamples; ++i) {
    RandomStream draws(4, Purpose::kTest, 0, i);
    const double value = draw_symmetric_beta(draws, alpha);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kSamples;
  return {mean, squares / kSamples - mean * mean};
}

TEST(MixDecision, LambdaFollowsTheBetaDistribution) {
  for (const double alpha : {0.2, 0.8, 1.0, 3.0}) {
    const Moments found = beta_moments(alpha);
    const double variance = 1.0 / (4.0 * (2.0 * alpha + 1.0));
    EXPECT_NEAR(found.mean, 0.5, 5 * std::sqrt(variance / kSamples)) << alpha;
    // The fourth central moment is below a quarter of the variance, as values are within 0.5 of the mean.
    EXPECT_NEAR(found.variance, variance, 5 * std::sqrt(variance / 4 / kSamples)) << alpha;
  }
}

TEST(MixDecision, LambdaIsTheShareOfThePictureThatStays) {
  for (uint64_t i = 0; i < 500; ++i) {
    RandomStream draws(4, Purpose::kTest, 1, i);
    const MixDecision mix = decide_mix(draws, {.mixup = 0.0}, 24, 20);
    ASSERT_TRUE(mix.has_box);
    EXPECT_TRUE(0 <= mix.top && mix.top <= mix.bottom && mix.bottom <= 24);
    EXPECT_TRUE(0 <= mix.left && mix.left <= mix.right && mix.right <= 20);
    const auto area = static_cast<double>((mix.bottom - mix.top) * (mix.right - mix.left));
    EXPECT_DOUBLE_EQ(mix.lambda, 1.0 - area / 480.0);
  }
}

TEST(MixDecision, SwitchesBetweenBothKindsAndMixesTheAskedShare) {
  int mixed = 0, boxes = 0;
  constexpr int kBatches = 4000;
  for (uint64_t i = 0; i < kBatches; ++i) {
    HostBatch batch;
    batch.height = batch.width = 224;
    batch.positions = {2 * i};
    const MixDecision mix = batch_mix({.probability = 0.75, .switch_probability = 0.25}, 3, batch);
    mixed += mix.is_mixed();
    boxes += mix.has_box;
  }
  EXPECT_NEAR(mixed, 3000, 5 * 27.4 + 10);  // five standard deviations, and some boxes are empty
  EXPECT_NEAR(boxes, 750, 5 * 24.7);
}

TEST(MixDecision, DependsOnSeedEpochAndFirstPositionAlone) {
  HostBatch batch;
  batch.height = batch.width = 32;
  batch.epoch = 3;
  batch.positions = {64, 65};
  const double lambda = batch_mix({}, 7, batch).lambda;
  batch.positions = {64, 999};
  EXPECT_EQ(batch_mix({}, 7, batch).lambda, lambda);
  EXPECT_NE(batch_mix({}, 8, batch).lambda, lambda);
  batch.positions = {66, 67};
  EXPECT_NE(batch_mix({}, 7, batch).lambda, lambda);
  batch.positions = {64, 65};
  batch.epoch = 4;
  EXPECT_NE(batch_mix({}, 7, batch).lambda, lambda);
  EXPECT_FALSE(batch_mix({.mixup = 0.0, .cutmix = 0.0}, 7, batch).is_mixed());
}

TEST(MixImages, PartnersAreThoseOfTheBatchTurnedRound) {
  const auto images = torch::arange(4, torch::kFloat32).reshape({4, 1, 1, 1}).expand({4, 3, 4, 4}).contiguous();
  const auto mixed = mix_images(images, {.lambda = 0.75});
  EXPECT_TRUE(torch::allclose(mixed.select(0, 0), torch::full({3, 4, 4}, 0.75F)));  // 0.75 * 0 + 0.25 * 3
  const auto pasted =
      mix_images(images, {.lambda = 0.875, .has_box = true, .top = 0, .bottom = 1, .left = 2, .right = 4});
  EXPECT_FLOAT_EQ(pasted[0][0].sum().item<float>(), 6.0F);
  EXPECT_FLOAT_EQ(pasted[3][1][0][2].item<float>(), 0.0F);
  EXPECT_FLOAT_EQ(pasted[3][1][0][1].item<float>(), 3.0F);
  EXPECT_FLOAT_EQ(images.sum().item<float>(), 288.0F);  // the input is left alone
}

TEST(SoftTargets, SumToOneAndMixLikeTheImages) {
  const auto labels = torch::tensor({0, 2}, torch::kInt64);
  const auto targets = soft_targets(labels, 4, 0.1, {.lambda = 0.75});
  EXPECT_TRUE(torch::allclose(targets.sum(1), torch::ones(2)));
  EXPECT_NEAR(targets[0][0].item<double>(), 0.75 * 0.925 + 0.25 * 0.025, 1e-6);
  EXPECT_NEAR(targets[0][2].item<double>(), 0.25 * 0.925 + 0.75 * 0.025, 1e-6);
  EXPECT_NEAR(targets[1][1].item<double>(), 0.025, 1e-6);
}

TEST(MixImages, AnOddBatchIsAUsageErrorOnlyWhileMixing) {
  EXPECT_NO_THROW(check_mix_batch({}, 8));
  EXPECT_NO_THROW(check_mix_batch({.mixup = 0.0, .cutmix = 0.0}, 7));
  test::error_of(ExitCode::kUsage, [] { check_mix_batch({}, 7); });
}

}  // namespace
}  // namespace itpn::ops
