#include "itpn/models/classification/classification_loss.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/ops/mix_images.h"

namespace itpn {
namespace {

TEST(ClassificationLoss, WithoutSmoothingItIsThePlainCrossEntropy) {
  torch::manual_seed(1);
  const auto logits = torch::randn({5, 7});
  const auto labels = torch::tensor({0, 6, 3, 3, 1}, torch::kInt64);
  EXPECT_TRUE(torch::allclose(label_smoothing_cross_entropy(logits, labels, 0.0),
                              torch::nn::functional::cross_entropy(logits, labels)));
}

TEST(ClassificationLoss, SmoothedTargetsGiveTheSmoothedLoss) {
  torch::manual_seed(2);
  const auto logits = torch::randn({5, 7});
  const auto labels = torch::tensor({0, 6, 3, 3, 1}, torch::kInt64);
  EXPECT_TRUE(torch::allclose(label_smoothing_cross_entropy(logits, labels, 0.1),
                              soft_target_cross_entropy(logits, ops::soft_targets(labels, 7, 0.1))));
}

TEST(ClassificationLoss, GradientOfSoftTargetsIsProbabilityLessTarget) {
  torch::manual_seed(3);
  const auto logits = torch::randn({4, 6}, torch::kFloat64).requires_grad_();
  const auto targets = torch::rand({4, 6}, torch::kFloat64).softmax(1);
  soft_target_cross_entropy(logits, targets).backward();
  EXPECT_TRUE(torch::allclose(logits.grad(), (logits.softmax(1) - targets) / 4));
}

TEST(ClassificationLoss, ReducedPrecisionLogitsAreSummedInSinglePrecision) {
  const auto logits = torch::randn({3, 4}).to(torch::kBFloat16);
  EXPECT_EQ(soft_target_cross_entropy(logits, torch::full({3, 4}, 0.25F)).scalar_type(), torch::kFloat32);
}

}  // namespace
}  // namespace itpn
