#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/ops/box_coder.h"
#include "itpn/ops/box_losses.h"
#include "itpn/ops/box_overlap.h"

namespace itpn::ops {
namespace {

at::Tensor box(double x1, double y1, double x2, double y2) {
  return torch::tensor({{x1, y1, x2, y2}}, torch::kFloat32);
}

TEST(BoxOverlap, CountsSharesOfAreas) {
  const at::Tensor a = box(0, 0, 4, 4), b = box(2, 0, 6, 4);  // 8 of 16 and 16
  EXPECT_FLOAT_EQ(pairwise_overlap(a, b, Overlap::kIou).item<float>(), 8.0F / 24.0F);
  EXPECT_FLOAT_EQ(pairwise_overlap(a, b, Overlap::kIof).item<float>(), 0.5F);
  EXPECT_FLOAT_EQ(aligned_overlap(a, b, Overlap::kGiou).item<float>(), 8.0F / 24.0F);  // the union fills the enclosing
}

TEST(BoxOverlap, OfBoxesApartIsNegativeInItsGeneralForm) {
  const at::Tensor a = box(0, 0, 1, 1), b = box(3, 0, 4, 1);  // 2 of the 4 enclosing belong to neither
  EXPECT_FLOAT_EQ(aligned_overlap(a, b, Overlap::kGiou).item<float>(), -0.5F);
  EXPECT_FLOAT_EQ(aligned_overlap(a, b, Overlap::kIou).item<float>(), 0.0F);
}

TEST(BoxOverlap, HasARowForEachBoxOfTheFirst) {
  EXPECT_EQ(pairwise_overlap(torch::zeros({3, 4}), torch::zeros({0, 4}), Overlap::kIou).sizes().vec(),
            (std::vector<int64_t>{3, 0}));
}

TEST(BoxCoder, DecodesWhatItEncoded) {
  const BoxCoder coder{{0.1, 0.1, 0.2, 0.2}};
  const at::Tensor from = box(10, 10, 30, 50), to = box(12, 5, 40, 60);
  EXPECT_TRUE(torch::allclose(coder.decode(from, coder.encode(from, to)), to, 1e-5, 1e-4));
}

TEST(BoxCoder, LimitsTheGrowthOfABoxButNotItsShift) {
  const at::Tensor found = BoxCoder{}.decode(box(0, 0, 1, 1), torch::tensor({{100.0F, 0.0F, 100.0F, 0.0F}}));
  EXPECT_NEAR((found[0][2] - found[0][0]).item<double>(), 62.5, 1e-3);  // 1000 / 16
  EXPECT_NEAR(((found[0][2] + found[0][0]) / 2).item<double>(), 100.5, 1e-3);
}

TEST(BoxCoder, MovesCornersIntoThePicture) {
  EXPECT_TRUE(torch::equal(clamp_boxes(box(-5, 3, 90, 70), {50, 60}), box(0, 3, 60, 50)));
}

TEST(BoxLosses, AreZeroAndConnectedWithoutBoxes) {
  const at::Tensor none = torch::zeros({0, 4}, torch::requires_grad());
  for (const at::Tensor& loss :
       {l1_loss(none, none, {}, 7.0), smooth_l1_loss(none, none, {}, 0.0, {}), giou_loss(none, none, {}, 0.0)}) {
    EXPECT_EQ(loss.item<float>(), 0.0F);
    EXPECT_TRUE(loss.requires_grad());
  }
}

TEST(BoxLosses, SmoothL1IsASquareNearZero) {
  const at::Tensor d = torch::tensor({{0.5F, 0.0F, 0.0F, 2.0F}});
  EXPECT_FLOAT_EQ(smooth_l1_loss(d, torch::zeros({1, 4}), {}, 1.0, {1.0}).item<float>(), 0.125F + 1.5F);
}

}  // namespace
}  // namespace itpn::ops
