#include "itpn/eval/topk_accuracy.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

namespace itpn {
namespace {

TEST(TopKAccuracy, CountsSamplesWhoseClassIsAmongTheBest) {
  // Ranks of the labels: 0, 2, 1.
  const auto logits = torch::tensor({{3.0F, 2.0F, 1.0F}, {3.0F, 2.0F, 1.0F}, {1.0F, 3.0F, 2.0F}});
  TopKAccuracy accuracy({1, 2, 5});
  accuracy.add(logits, torch::tensor({0, 2, 2}, torch::kInt64));
  EXPECT_DOUBLE_EQ(accuracy.value(1), 100.0 / 3);
  EXPECT_DOUBLE_EQ(accuracy.value(2), 200.0 / 3);
  EXPECT_DOUBLE_EQ(accuracy.value(5), 100.0);  // fewer classes than that
  EXPECT_EQ(accuracy.count(), 3);
}

TEST(TopKAccuracy, OfEqualLogitsTheFirstClassIsBest) {
  const auto logits = torch::zeros({3, 3});
  EXPECT_TRUE(
      label_ranks(logits, torch::tensor({0, 1, 2}, torch::kInt64)).equal(torch::tensor({0, 1, 2}, torch::kInt64)));
}

TEST(TopKAccuracy, WhatIsNotANumberIsNeverRight) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto logits = torch::tensor({{nan, 1.0F, 0.0F}, {nan, nan, nan}, {0.0F, 1.0F, nan}});
  EXPECT_TRUE(
      label_ranks(logits, torch::tensor({0, 1, 1}, torch::kInt64)).equal(torch::tensor({2, 2, 1}, torch::kInt64)));
}

TEST(TopKAccuracy, MergedPartsAreTheWhole) {
  torch::manual_seed(1);
  const auto logits = torch::randn({40, 7});
  const auto labels = torch::randint(7, {40}, torch::kInt64);
  TopKAccuracy whole, first, second;
  whole.add(logits, labels);
  first.add(logits.narrow(0, 0, 11), labels.narrow(0, 0, 11));
  second.add(logits.narrow(0, 11, 29), labels.narrow(0, 11, 29));
  first.merge(second);
  EXPECT_EQ(first.sums(), whole.sums());
  TopKAccuracy restored;
  restored.set_sums(whole.sums());
  EXPECT_DOUBLE_EQ(restored.value(5), whole.value(5));
  whole.reset();
  EXPECT_EQ(whole.count(), 0);
  EXPECT_DOUBLE_EQ(whole.value(1), 0.0);
}

}  // namespace
}  // namespace itpn
