#include <gtest/gtest.h>

#include <algorithm>

#include "itpn/data/datasets/synthetic_dataset.h"
#include "itpn/data/render_picture.h"
#include "itpn/data/transforms/pair_transform.h"
#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

constexpr int kSize = 32, kSecond = 48;

struct Views {
  Image first{kSize, kSize, 3}, second{kSecond, kSecond, 3};
  Image source;  // as the views saw it
};

Views render(const PairTransform& transform, uint64_t position) {
  RenderState state;
  SyntheticDataset(SyntheticOptions{}).read(1, state.picture);
  Views views;
  RandomStream draws(0, Purpose::kTest, 0, position);
  render_picture(transform, draws, state, views.first.pixels.data(), views.second.pixels.data());
  views.source = state.picture.image;
  return views;
}

// The published way: cut, resize, turn round.
Image plain_pair_view(const Image& picture, const PictureView& view) {
  const Image resized =
      resize(crop_image(picture, view.box), view.job.full_width, view.job.full_height, view.job.filter);
  if (!view.job.is_mirrored) return resized;
  Image mirrored = resized;
  for (int y = 0; y < resized.height; ++y) {
    for (int x = 0; x < resized.width; ++x) {
      std::copy_n(resized.row(y) + 3 * (resized.width - 1 - x), 3, mirrored.row(y) + 3 * x);
    }
  }
  return mirrored;
}

TEST(PairTransform, BothViewsAreTheSameBoxEachInItsSizeAndFilter) {
  const PairTransform transform({.format = {kSize}, .second_size = kSecond, .color_jitter = 0.0});
  for (uint64_t position = 0; position < 6; ++position) {
    const Views views = render(transform, position);
    RandomStream draws(0, Purpose::kTest, 0, position);
    const PictureView view = transform.choose(views.source.width, views.source.height, draws);
    EXPECT_EQ(view.job.filter, ResizeFilter::kBicubic);
    EXPECT_EQ(views.first.pixels, plain_pair_view(views.source, view).pixels);
    const auto second = transform.choose_second(view, views.source.width, views.source.height);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->job.filter, ResizeFilter::kLanczos);
    EXPECT_EQ(views.second.pixels, plain_pair_view(views.source, *second).pixels);
  }
}

TEST(PairTransform, JitterChangesThePictureThatBothViewsShow) {
  const PairOptions plain{.format = {kSize}, .second_size = kSecond, .color_jitter = 0.0};
  PairOptions strong = plain;
  strong.color_jitter = 0.4;
  const Views before = render(PairTransform(plain), 0), after = render(PairTransform(strong), 0);
  EXPECT_NE(after.source.pixels, before.source.pixels);
  EXPECT_NE(after.first.pixels, before.first.pixels);
  EXPECT_NE(after.second.pixels, before.second.pixels);
}

TEST(PairTransform, WithoutATeacherThereIsOneView) {
  const PairTransform transform({.format = {kSize}, .second_size = 0});
  EXPECT_FALSE(transform.choose_second({}, 10, 10));
  EXPECT_EQ(transform.second_height(), 0);
}

TEST(PairEvalTransform, ShowsBothViewsOfTheCentre) {
  const PairEvalTransform transform({64}, 96, 0.875);
  const PictureView first = static_cast<const EvalTransform&>(transform).choose(200, 100);
  const auto second = transform.choose_second(first, 200, 100);
  ASSERT_TRUE(second);
  EXPECT_EQ(first.job.full_height, 73);     // 64 / 0.875
  EXPECT_EQ(second->job.full_height, 109);  // 96 / 0.875
  EXPECT_EQ(second->job.window.width, 96);
}

}  // namespace
}  // namespace itpn
