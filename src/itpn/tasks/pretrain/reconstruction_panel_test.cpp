#include "itpn/tasks/pretrain/reconstruction_panel.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/ops/patchify.h"

namespace itpn {
namespace {

constexpr int64_t kPatch = 8;

// Two pictures of 16 x 24 pixels (2 x 3 patches), all bytes different from the mask's grey; patches 0 and 4 hidden.
PanelInput sample(int64_t channels) {
  PanelInput input;
  const at::Tensor bytes = torch::randint(140, 250, {2, channels, 16, 24});
  input.statistics = {{0.4}, {0.25}};
  input.images = (bytes / 255.0 - 0.4) / 0.25;
  input.patch_size = kPatch;
  input.is_hidden = torch::zeros({2, 6});
  input.is_hidden.select(1, 0).fill_(1);
  input.is_hidden.select(1, 4).fill_(1);
  input.prediction = torch::zeros({2, 6, kPatch * kPatch * channels});
  return input;
}

// Pixel (x, y) of channel c in the picture of `row` and `column`.
int pixel(const Image& panel, int64_t row, int64_t column, int64_t y, int64_t x, int64_t c) {
  const int64_t line = 4 + row * 20 + y, place = 4 + column * 28 + x;
  return panel.pixels[static_cast<size_t>((line * panel.width + place) * 3 + c)];
}

TEST(ReconstructionPanel, PerfectPredictionOfNormalisedTargetsGivesTheOriginalBack) {
  PanelInput input = sample(3);
  input.prediction = ops::normalise_patches(ops::patchify(input.images, kPatch));
  EXPECT_LT((reconstructed_images(input) - input.images).abs().max().item<float>(), 1e-4);
}

TEST(ReconstructionPanel, PerfectPredictionOfPlainTargetsGivesTheOriginalBack) {
  PanelInput input = sample(3);
  input.normalised_targets = false;
  input.prediction = ops::patchify(input.images, kPatch);
  EXPECT_EQ((reconstructed_images(input) - input.images).abs().max().item<float>(), 0);
}

TEST(ReconstructionPanel, ZeroPredictionShowsThePatchMeanOrTheDatasetMean) {
  PanelInput input = sample(3);
  const at::Tensor mean = input.images[1].narrow(1, 0, kPatch).narrow(2, 0, kPatch).mean();
  EXPECT_NEAR(reconstructed_images(input)[1][2][3][4].item<float>(), mean.item<float>(), 1e-4);
  input.normalised_targets = false;
  EXPECT_EQ(pixel(reconstruction_panel(input), 0, 2, 0, 0, 0), 102);  // 0.4 * 255
}

TEST(ReconstructionPanel, ColumnsAreOriginalMaskedReconstructionPasted) {
  PanelInput input = sample(3);
  input.normalised_targets = false;
  const Image panel = reconstruction_panel(input);
  ASSERT_EQ(panel.width, 4 * 28 + 4);
  ASSERT_EQ(panel.height, 2 * 20 + 4);
  ASSERT_EQ(panel.pixels.size(), static_cast<size_t>(panel.width * panel.height * 3));
  const at::Tensor bytes = ops::images_to_bytes(input.images, input.statistics);
  for (int64_t row = 0; row < 2; ++row) {
    for (int64_t y = 0; y < 16; ++y) {
      for (int64_t x = 0; x < 24; ++x) {
        const int64_t patch = y / kPatch * 3 + x / kPatch;
        const bool hidden = patch == 0 || patch == 4;
        const int original = bytes[row][1][y][x].item<int>();
        ASSERT_EQ(pixel(panel, row, 0, y, x, 1), original);
        ASSERT_EQ(pixel(panel, row, 1, y, x, 1), hidden ? 128 : original) << y << " " << x;
        ASSERT_EQ(pixel(panel, row, 2, y, x, 1), 102);
        ASSERT_EQ(pixel(panel, row, 3, y, x, 1), hidden ? 102 : original);
      }
    }
  }
  EXPECT_EQ(panel.pixels.front(), 255);
  EXPECT_EQ(panel.pixels.back(), 255);
}

TEST(ReconstructionPanel, ShowsOneChannelGreyAndTheFirstThreeOfMany) {
  const Image grey = reconstruction_panel(sample(1));
  for (int64_t x = 0; x < 24; ++x) {
    EXPECT_EQ(pixel(grey, 0, 0, 5, x, 0), pixel(grey, 0, 0, 5, x, 1));
    EXPECT_EQ(pixel(grey, 0, 0, 5, x, 0), pixel(grey, 0, 0, 5, x, 2));
  }
  PanelInput five = sample(5);
  const at::Tensor bytes = ops::images_to_bytes(five.images, five.statistics);
  EXPECT_EQ(pixel(reconstruction_panel(five), 1, 0, 3, 7, 2), bytes[1][2][3][7].item<int>());
}

TEST(ReconstructionPanel, RefusesShapesThatDoNotBelongTogether) {
  PanelInput input = sample(3);
  input.is_hidden = torch::zeros({2, 5});
  EXPECT_THROW(reconstruction_panel(input), c10::Error);
}

}  // namespace
}  // namespace itpn
