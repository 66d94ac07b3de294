#include "tests/golden/comparison.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

TEST(Comparison, OfNothingFails) {
  Comparison comparison;
  EXPECT_FALSE(comparison.passed());
  comparison.require("weights", true);  // no reference value
  EXPECT_FALSE(comparison.passed());
}

TEST(Comparison, RequirementThatDoesNotHoldFails) {
  Comparison comparison;
  comparison.exact("out/a", torch::ones({2}), torch::ones({2}));
  EXPECT_TRUE(comparison.passed());
  comparison.require("weights", false);
  EXPECT_FALSE(comparison.passed());
  EXPECT_EQ(comparison.worst_name(), "weights");
}

TEST(Comparison, IsScaledByTheLargestReferenceEntry) {
  const auto expected = torch::tensor({100.0F, 1.0F});
  Comparison near;
  near.scaled("out/a", expected + torch::tensor({0.0F, 9e-4F}), expected);  // 1e-5 of 100
  EXPECT_TRUE(near.passed());
  Comparison far;
  far.scaled("out/a", expected + torch::tensor({0.0F, 2e-3F}), expected);
  EXPECT_FALSE(far.passed());
}

TEST(Comparison, ScalarWhoseTermsCancelIsJudgedByTheirSize) {
  // 3 - 2.999999 in single precision: rounding the terms leaves 1e-7 of 6, which is a tenth of the sum.
  const auto expected = torch::tensor(1.0e-6F), found = torch::tensor(1.1e-6F), size = torch::tensor(6.0F);
  Comparison by_sum, by_terms, wrong;
  by_sum.scaled("out/loss", found, expected);
  EXPECT_FALSE(by_sum.passed());
  by_terms.cancelling("out/loss", found, expected, size);
  EXPECT_TRUE(by_terms.passed());
  wrong.cancelling("out/loss", torch::tensor(1e-3F), expected, size);
  EXPECT_FALSE(wrong.passed());
}

TEST(Comparison, TermsSmallerThanTheSumDoNotCount) {
  Comparison comparison;
  comparison.cancelling("out/loss", torch::tensor(1.001F), torch::tensor(1.0F), torch::tensor(1e-9F));
  EXPECT_FALSE(comparison.passed());
  EXPECT_NEAR(comparison.worst(), 1e-3, 1e-6);
}

TEST(Comparison, WhatIsNotANumberOrHasAnotherShapeFails) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Comparison number, shape, missing;
  number.scaled("out/a", torch::tensor({nan}), torch::ones({1}));
  EXPECT_FALSE(number.passed());
  shape.scaled("out/a", torch::ones({2, 1}), torch::ones({2}));
  EXPECT_FALSE(shape.passed());
  missing.exact("out/a", torch::Tensor(), torch::ones({2}));
  EXPECT_FALSE(missing.passed());
}

TEST(Comparison, ToleranceGrowsAsTheTypeGetsShorter) {
  const Tolerances exact = tolerances_of(torch::kFloat32);
  EXPECT_DOUBLE_EQ(exact.outputs, 1e-5);
  EXPECT_DOUBLE_EQ(exact.gradients, 5e-5);
  EXPECT_LT(exact.outputs, tolerances_of(torch::kFloat16).outputs);
  EXPECT_LT(tolerances_of(torch::kFloat16).outputs, tolerances_of(torch::kBFloat16).outputs);
  EXPECT_THROW(tolerances_of(torch::kInt64), c10::Error);

  Comparison comparison(tolerances_of(torch::kFloat16));
  comparison.scaled("out/a", torch::tensor({1.001F}), torch::ones({1}));
  EXPECT_TRUE(comparison.passed());
}

TEST(Comparison, KnowsWhatItHasMet) {
  Comparison comparison;
  comparison.scaled("out/a", torch::ones({1}), torch::ones({1}));
  EXPECT_TRUE(comparison.has_compared("out/a"));
  EXPECT_FALSE(comparison.has_compared("out/b"));
}

TEST(FixtureKinds, LongestPrefixOfWholeWordsIsChosen) {
  EXPECT_NE(find_kind("clip_finetune").check, find_kind("clip_pretrain").check);
  EXPECT_EQ(find_kind("backbone_of_any_size").check, find_kind("backbone").check);
  EXPECT_EQ(find_kind("backboned").check, nullptr);
  EXPECT_EQ(find_kind("color_jitter").runs, Runs::kOnHost);
  EXPECT_EQ(find_kind("drop_path").runs, Runs::kTensors);
  EXPECT_EQ(find_kind("pretrain_pixel_num_outs9").runs, Runs::kModels);
}

}  // namespace
}  // namespace itpn::golden
