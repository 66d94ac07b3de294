#include "itpn/ops/roi_align.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

namespace itpn::ops {
namespace {

at::Tensor roi(double image, double x1, double y1, double x2, double y2) {
  return torch::tensor({{image, x1, y1, x2, y2}}, torch::kFloat32);
}

// Boxes that lie inside, across the border and outside, small and large, some with nothing in them.
at::Tensor many_rois(int64_t count, int64_t images) {
  const at::Tensor image = torch::randint(0, images, {count, 1}).to(torch::kFloat32);
  const at::Tensor corner = torch::rand({count, 2}) * 140 - 20, size = torch::rand({count, 2}) * 90 - 2;
  return torch::cat({image, corner, corner + size}, 1);
}

// The map's value at (y, x) is x, so a bin's is where its middle lies; cell i has its centre at pixel i + 0.5.
TEST(RoiAlign, OfARampIsTheMiddleOfEachBin) {
  const at::Tensor map = torch::arange(8.0F).expand({1, 1, 8, 8});
  const at::Tensor found = roi_align(map, roi(0, 1, 1, 7, 7), 1.0, {3, 3});
  EXPECT_TRUE(torch::allclose(found[0][0][1], torch::tensor({1.5F, 3.5F, 5.5F})));
}

TEST(RoiAlign, GivesTheSameByKernelAndByMatrix) {
  torch::manual_seed(3);
  for (const int64_t channels : {1, 8, 64, 83}) {
    for (const RoiAlignConfig config : {RoiAlignConfig{7, 7}, {5, 3, 2, true}, {4, 6, 0, false}}) {
      const at::Tensor map = torch::rand({2, channels, 11, 17}, torch::requires_grad());
      const at::Tensor rois = many_rois(40, 2), out = roi_align(map, rois, 0.125, config);
      const at::Tensor twin = roi_align_by_matrix(map, rois, 0.125, config);
      EXPECT_TRUE(torch::allclose(out, twin, 1e-4, 1e-5)) << channels;
      const at::Tensor weight = torch::rand_like(out);
      const auto gradient = [&](const at::Tensor& y) { return torch::autograd::grad({y}, {map}, {weight})[0]; };
      EXPECT_TRUE(torch::allclose(gradient(out), gradient(twin), 1e-4, 1e-4)) << channels;
    }
  }
}

TEST(RoiAlign, IsTheSameToTheBitForAnyNumberOfThreads) {
  torch::manual_seed(4);
  const at::Tensor map = torch::rand({2, 200, 20, 20}, torch::requires_grad()), rois = many_rois(60, 2);
  const int before = at::get_num_threads();
  std::vector<at::Tensor> outs, gradients;
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    outs.push_back(roi_align(map, rois, 0.25, {}));
    gradients.push_back(torch::autograd::grad({outs.back().square().sum()}, {map})[0]);
  }
  at::set_num_threads(before);
  for (size_t i = 1; i < outs.size(); ++i) {
    EXPECT_TRUE(torch::equal(outs[0], outs[i]));
    EXPECT_TRUE(torch::equal(gradients[0], gradients[i]));
  }
}

TEST(RoiAlign, IsZeroAndConnectedWithoutBoxes) {
  const at::Tensor map = torch::rand({1, 4, 6, 6}, torch::requires_grad());
  const at::Tensor out = roi_align(map, torch::zeros({0, 5}), 0.25, {});
  EXPECT_EQ(out.sizes().vec(), (std::vector<int64_t>{0, 4, 7, 7}));
  EXPECT_TRUE(torch::equal(torch::autograd::grad({out.sum()}, {map})[0], torch::zeros_like(map)));
}

TEST(RoiAlign, RefusesABoxOfAnImageThatIsNotThere) {
  EXPECT_THROW(roi_align(torch::zeros({1, 4, 6, 6}), roi(1, 0, 0, 4, 4), 1.0, {}), c10::Error);
}

TEST(RoiLevels, RiseByOneForEachDoublingOfTheSide) {
  const at::Tensor rois = torch::cat({roi(0, 0, 0, 111, 111), roi(0, 0, 0, 112, 112), roi(0, 0, 0, 224, 224),
                                      roi(0, 0, 0, 448, 448), roi(0, 0, 0, 2000, 2000), roi(0, 0, 0, 0, 5)});
  EXPECT_TRUE(torch::equal(roi_levels(rois, 4), torch::tensor({0, 1, 2, 3, 3, 0})));
}

TEST(RoiAlignLevels, TakesEachBoxFromItsMap) {
  const std::vector<at::Tensor> maps = {torch::full({1, 2, 8, 8}, 1.0F), torch::full({1, 2, 4, 4}, 2.0F)};
  const at::Tensor rois = torch::cat({roi(0, 4, 4, 20, 20), roi(0, 4, 4, 20, 20)});
  const at::Tensor out = roi_align_levels(maps, {4, 8}, rois, torch::tensor({1, 0}), {2, 2});
  EXPECT_TRUE(torch::equal(out.mean({1, 2, 3}), torch::tensor({2.0F, 1.0F})));
}

}  // namespace
}  // namespace itpn::ops
