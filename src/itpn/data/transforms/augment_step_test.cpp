#include "itpn/data/transforms/augment_step.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "itpn/core/philox.h"
#include "itpn/data/transforms/color_jitter.h"
#include "itpn/io/image.h"

namespace itpn {
namespace {

Image after(Image image, AugmentOp op, double argument = 0.0) {
  std::vector<uint8_t> scratch;
  apply_step({op, argument}, {image.pixels.data(), image.width, image.height}, {124, 116, 104}, scratch);
  return image;
}

// One row of grey pixels.
Image greys(const std::vector<uint8_t>& values) {
  Image image(static_cast<int>(values.size()), 1, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = values[i / 3];
  return image;
}

std::vector<uint8_t> first_channel(const Image& image) {
  std::vector<uint8_t> values;
  for (size_t i = 0; i < image.pixels.size(); i += 3) values.push_back(image.pixels[i]);
  return values;
}

using ChannelValues = std::vector<uint8_t>;

TEST(AugmentStep, PointOperationsFollowTheirFormulas) {
  EXPECT_EQ(first_channel(after(greys({0, 100, 255}), AugmentOp::kInvert)), (ChannelValues{255, 155, 0}));
  EXPECT_EQ(first_channel(after(greys({0, 127, 128, 255}), AugmentOp::kPosterize, 1)), (ChannelValues{0, 0, 128, 128}));
  EXPECT_EQ(first_channel(after(greys({0, 127, 255}), AugmentOp::kPosterize, 0)), (ChannelValues{0, 0, 0}));
  EXPECT_EQ(first_channel(after(greys({9, 127, 255}), AugmentOp::kPosterize, 8)), (ChannelValues{9, 127, 255}));
  EXPECT_EQ(first_channel(after(greys({25, 26, 255}), AugmentOp::kSolarize, 26)), (ChannelValues{25, 229, 0}));
  EXPECT_EQ(first_channel(after(greys({25, 255}), AugmentOp::kSolarize, 256)), (ChannelValues{25, 255}));
  EXPECT_EQ(first_channel(after(greys({0, 127, 128, 200}), AugmentOp::kSolarizeAdd, 99)),
            (ChannelValues{99, 226, 128, 200}));
  EXPECT_EQ(first_channel(after(greys({10, 200}), AugmentOp::kBrightness, 1.5)), (ChannelValues{15, 255}));
  EXPECT_EQ(first_channel(after(greys({100, 200}), AugmentOp::kContrast, 0.5)), (ChannelValues{125, 175}));  // mean 150
  EXPECT_EQ(first_channel(after(greys({10, 60, 110}), AugmentOp::kAutoContrast)), (ChannelValues{0, 127, 255}));
  EXPECT_EQ(first_channel(after(greys({7, 7, 7}), AugmentOp::kAutoContrast)), (ChannelValues{7, 7, 7}));
}

TEST(AugmentStep, EqualizingSpreadsValuesByTheirCounts) {
  // 510 pixels of 10 and 510 of 20: the step is 2, and the table gives 1/2 for 10 and 511/2 for 20.
  ChannelValues values(1020, 10);
  std::fill(values.begin() + 510, values.end(), uint8_t{20});
  const ChannelValues found = first_channel(after(greys(values), AugmentOp::kEqualize));
  EXPECT_EQ(found.front(), 0);
  EXPECT_EQ(found.back(), 255);
  EXPECT_EQ(first_channel(after(greys({1, 2, 3}), AugmentOp::kEqualize)), (ChannelValues{1, 2, 3}));  // a step of 0
}

TEST(AugmentStep, SaturationZeroGivesTheLuma) {
  Image red(1, 1, 3);
  red.pixels = {255, 0, 0};
  EXPECT_EQ(after(red, AugmentOp::kColor, 0.0).pixels, (ChannelValues{76, 76, 76}));
}

TEST(AugmentStep, SharpnessZeroSmoothsTheInsideOnly) {
  Image image(3, 3, 3);
  for (int c = 0; c < 3; ++c) image.row(1)[3 + c] = 130;
  const Image smooth = after(image, AugmentOp::kSharpness, 0.0);
  EXPECT_EQ(smooth.row(1)[3], 50);  // 130 * 5 / 13
  EXPECT_EQ(std::count(smooth.pixels.begin(), smooth.pixels.end(), 0), 24);
  const Image sharp = after(image, AugmentOp::kSharpness, 1.5);
  EXPECT_EQ(sharp.row(1)[3], 170);
}

TEST(AugmentStep, AFactorOfOneAndAnEmptyMoveChangeNothing) {
  Image image(13, 9, 3);
  RandomStream stream(3, Purpose::kTest, 0, 0);
  for (auto& value : image.pixels) value = static_cast<uint8_t>(stream.next_u32());
  for (const AugmentOp op : {AugmentOp::kColor, AugmentOp::kContrast, AugmentOp::kBrightness, AugmentOp::kSharpness}) {
    EXPECT_EQ(after(image, op, 1.0).pixels, image.pixels);
  }
  for (const AugmentOp op : {AugmentOp::kRotate, AugmentOp::kShearX, AugmentOp::kShearY, AugmentOp::kTranslateXRel,
                             AugmentOp::kTranslateYRel}) {
    EXPECT_EQ(after(image, op, 0.0).pixels, image.pixels);
  }
}

TEST(AugmentStep, OnePixelPicturesSurviveEveryOperation) {
  for (int op = 0; op < 15; ++op) {
    for (const double argument : {0.0, 0.3, 1.9, -0.3}) after(greys({77}), static_cast<AugmentOp>(op), argument);
  }
}

TEST(ColorJitter, TakesFactorsAroundOneInAnyOrder) {
  std::vector<int> seen(3);
  for (uint64_t i = 0; i < 3000; ++i) {
    RandomStream draws(2, Purpose::kTest, 0, i);
    const auto steps = draw_color_jitter(draws, 0.4);
    ++seen[static_cast<size_t>(steps[0].op) - static_cast<size_t>(AugmentOp::kColor)];
    for (const auto& step : steps) {
      EXPECT_GE(step.argument, 0.6);
      EXPECT_LT(step.argument, 1.4);
    }
    EXPECT_NE(steps[0].op, steps[1].op);
    EXPECT_NE(steps[1].op, steps[2].op);
    EXPECT_NE(steps[0].op, steps[2].op);
  }
  for (const int count : seen) EXPECT_NEAR(count, 1000, 130);  // five standard deviations
}

}  // namespace
}  // namespace itpn
