#include "itpn/data/detection_packing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace itpn {
namespace {

Image patterned(int width, int height, int step) {
  Image picture(width, height, 3);
  for (size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = static_cast<uint8_t>(1 + i * step % 250);
  return picture;
}

TEST(MakeTestBatch, ResizesEachPictureAndPadsItWithZeros) {
  const Image wide = patterned(60, 30, 3), high = patterned(20, 50, 7);
  std::vector<Image> pictures = {wide, high};
  const DetectionBatch batch = make_test_batch(std::move(pictures), {20, 32, 8});
  ASSERT_EQ(batch.count, 2);
  EXPECT_EQ(batch.height, 32);
  EXPECT_EQ(batch.width, 32);
  const DetectionPicture &first = batch.pictures[0], &second = batch.pictures[1];
  EXPECT_EQ(first.width, 32);
  EXPECT_EQ(first.height, 16);
  EXPECT_EQ(first.original_width, 60);
  EXPECT_EQ(second.height, 32);
  EXPECT_EQ(second.width, 13);
  EXPECT_EQ(second.padded_width, 16);
  EXPECT_EQ(second.factor_x, 13.0F / 20.0F);
  Image resized(13, 32, 3);
  BilinearResizer().run(view_of(high), resized);
  const uint8_t* rows = batch.pixels.data() + 32 * 32 * 3;
  for (int y = 0; y < 32; ++y) {
    for (int i = 0; i < 32 * 3; ++i) {
      ASSERT_EQ(rows[(y * 32) * 3 + i], i < 13 * 3 ? resized.row(y)[i] : 0) << y << ", " << i;
    }
  }
}

TEST(MakeTestBatch, OfAPartIsThatOfThePictureCutOut) {
  const Image whole = patterned(60, 50, 3);
  const Rect part{10, 5, 40, 30};
  Image cut(part.width, part.height, 3);
  for (int y = 0; y < part.height; ++y)
    std::copy_n(whole.row(part.top + y) + 3 * part.left, 3 * part.width, cut.row(y));
  const PixelView view = view_of(whole, part);
  const DetectionBatch of_part = make_test_batch(std::span(&view, 1), {20, 32, 8});
  std::vector<Image> pictures = {cut};
  const DetectionBatch expected = make_test_batch(std::move(pictures), {20, 32, 8});
  EXPECT_EQ(of_part.pixels, expected.pixels);
  EXPECT_EQ(of_part.pictures[0].factor_x, expected.pictures[0].factor_x);
  EXPECT_EQ(of_part.pictures[0].original_height, 30);
}

}  // namespace
}  // namespace itpn
