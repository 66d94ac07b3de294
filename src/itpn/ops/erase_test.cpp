#include "itpn/ops/erase.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "itpn/ops/normal_noise.h"

namespace itpn::ops {
namespace {

EraseBox box_of(int64_t image, EraseFill fill, uint64_t key) {
  return {.image = image, .top = 2, .left = 1, .height = 3, .width = 4, .fill = fill, .noise_key = key};
}

at::Tensor part_of(const at::Tensor& images, const EraseBox& box) {
  return images[box.image].narrow(1, box.top, box.height).narrow(2, box.left, box.width);
}

TEST(EraseBoxes, OverwritesTheBoxesAndNothingElse) {
  auto images = torch::full({3, 3, 8, 8}, 7.0F);
  const auto noisy = box_of(0, EraseFill::kPixelNoise, 1), flat = box_of(1, EraseFill::kChannelNoise, 2),
             black = box_of(2, EraseFill::kZero, 3);
  erase_boxes(images, {noisy, flat, black});
  EXPECT_EQ((images == 7.0F).sum().item<int64_t>(), 3 * 3 * 64 - 3 * 36);
  EXPECT_EQ(std::get<0>(at::_unique(part_of(images, noisy))).numel(), 36);
  EXPECT_EQ(std::get<0>(at::_unique(part_of(images, flat))).numel(), 3);
  EXPECT_EQ(part_of(images, flat)[1].max().item<float>(), part_of(images, flat)[1].min().item<float>());
  EXPECT_EQ(part_of(images, black).abs().sum().item<float>(), 0.0F);
}

TEST(EraseBoxes, NoiseDependsOnTheKeyAloneNotOnPlaceOrLayout) {
  auto images = torch::zeros({2, 3, 8, 8});
  auto other = torch::zeros({2, 3, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto first = box_of(0, EraseFill::kPixelNoise, 11), second = box_of(1, EraseFill::kPixelNoise, 12);
  auto moved = second;
  moved.image = 0;
  erase_boxes(images, {first, second});
  erase_boxes(other, {moved});
  EXPECT_TRUE(part_of(images, second).equal(part_of(other, moved)));
  EXPECT_FALSE(part_of(images, first).equal(part_of(images, second)));
}

TEST(NormalNoise, HasTheMomentsOfAStandardNormal) {
  std::vector<float> noise(200'000);
  normal_noise(5, noise);
  double sum = 0.0, squares = 0.0, fourth = 0.0, neighbours = 0.0;
  for (size_t i = 0; i < noise.size(); ++i) {
    const double x = noise[i];
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
    if (i > 0) neighbours += x * noise[i - 1];
  }
  const auto n = static_cast<double>(noise.size());
  // Five standard deviations of each mean: variances 1, 2, 96 and 1.
  EXPECT_NEAR(sum / n, 0.0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1.0, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(fourth / n, 3.0, 5 * std::sqrt(96 / n));
  EXPECT_NEAR(neighbours / n, 0.0, 5 / std::sqrt(n));
}

TEST(NormalNoise, AShorterStretchIsTheBeginningOfALongerOne) {
  std::vector<float> longer(1001), shorter(333);
  normal_noise(6, longer);
  normal_noise(6, shorter);
  for (size_t i = 0; i < shorter.size(); ++i) ASSERT_EQ(shorter[i], longer[i]);
}

}  // namespace
}  // namespace itpn::ops
