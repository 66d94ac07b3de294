#include "itpn/data/transforms/detection_resize.h"

#include <gtest/gtest.h>

#include "itpn/core/philox.h"
#include "itpn/data/transforms/mask_geometry.h"

namespace itpn {
namespace {

Image ramp(int width, int height, int channels = 1) {
  Image image(width, height, channels);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i % 251);
  return image;
}

Image resized(const Image& image, int width, int height) {
  Image into(width, height, image.channels);
  BilinearResizer().run(view_of(image), into);
  return into;
}

TEST(KeepRatioSize, ObeysBothLimitsInEitherOrder) {
  EXPECT_EQ(keep_ratio_size({640, 480}, 1333, 800), (PictureSize{1067, 800}));
  EXPECT_EQ(keep_ratio_size({640, 480}, 800, 1333), (PictureSize{1067, 800}));
  EXPECT_EQ(keep_ratio_size({480, 640}, 1333, 800), (PictureSize{800, 1067}));
  EXPECT_EQ(keep_ratio_size({2000, 200}, 1333, 800), (PictureSize{1333, 133}));
}

TEST(ScaleFactors, AreThoseOfTheRoundedSizes) {
  const ScaleFactors factors = scale_factors({640, 480}, {1067, 800});
  EXPECT_EQ(factors.x, 1.6671875F);
  EXPECT_EQ(factors.y, 1.6666666F);
  EXPECT_EQ(padded_side(1067, 32), 1088);
  EXPECT_EQ(padded_side(800, 32), 800);
}

TEST(BilinearResizer, CopiesAPictureOfTheSameSize) {
  const Image image = ramp(7, 5, 3);
  EXPECT_EQ(resized(image, 7, 5).pixels, image.pixels);
}

TEST(BilinearResizer, HalvesByTheMeanOfFour) {
  Image image(4, 2, 1);
  image.pixels = {0, 1, 10, 20, 1, 1, 30, 41};
  EXPECT_EQ(resized(image, 2, 1).pixels, (std::vector<uint8_t>{1, 25}));  // 3 / 4 and 101 / 4
}

TEST(BilinearResizer, DoublesByQuarters) {
  Image image(2, 1, 1);
  image.pixels = {0, 200};
  EXPECT_EQ(resized(image, 4, 1).pixels, (std::vector<uint8_t>{0, 50, 150, 200}));
}

TEST(BilinearResizer, KeepsAConstant) {
  Image image(9, 7, 3);
  for (uint8_t& pixel : image.pixels) pixel = 137;
  for (const auto& [width, height] : {std::pair{20, 3}, {3, 20}, {9, 14}, {18, 14}, {1, 1}}) {
    for (const uint8_t pixel : resized(image, width, height).pixels) EXPECT_EQ(pixel, 137);
  }
}

TEST(BilinearResizer, OfAPartIsThatOfThePartByItself) {
  const Image image = ramp(40, 30, 3);
  const Rect part{5, 3, 21, 17};
  Image cut(21, 17, 3);
  for (int y = 0; y < 17; ++y) std::copy_n(image.row(y + 3) + 15, 63, cut.row(y));
  Image into(50, 11, 3);
  BilinearResizer resizer;
  resizer.run(view_of(ramp(8, 8, 3)), into);  // memory of another picture
  resizer.run(view_of(image, part), into);
  EXPECT_EQ(into.pixels, resized(cut, 50, 11).pixels);
}

TEST(NearestIndices, TakeTheFloorAndStayInside) {
  EXPECT_EQ(nearest_indices(4, 8), (std::vector<int32_t>{0, 0, 1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(nearest_indices(5, 3), (std::vector<int32_t>{0, 1, 3}));
  EXPECT_EQ(nearest_indices(1, 3), (std::vector<int32_t>{0, 0, 0}));
}

TEST(MirrorRows, TurnsPixelsNotChannels) {
  Image image(3, 1, 2);
  image.pixels = {1, 2, 3, 4, 5, 6};
  mirror_rows(image);
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{5, 6, 3, 4, 1, 2}));
}

// One step after the other on the pixels themselves.
TEST(MaskGeometry, IsItsStepsOneAfterTheOther) {
  RandomStream draws(1, Purpose::kTest, 0, 0);
  Bitmap mask(9, 12);
  for (uint8_t& value : mask.values) value = static_cast<uint8_t>(draws.integer(0, 1));
  MaskGeometry whole({12, 9}), mirrored({12, 9}), larger({12, 9}), cut({17, 14}), last({10, 8});
  mirrored.mirror();
  larger.resize({17, 14});
  cut.crop({3, 2, 10, 8});
  last.resize({5, 21});
  whole.mirror();
  whole.resize({17, 14});
  whole.crop({3, 2, 10, 8});
  whole.resize({5, 21});
  EXPECT_EQ(whole.apply(mask), last.apply(cut.apply(larger.apply(mirrored.apply(mask)))));
  EXPECT_EQ(whole.size(), (PictureSize{5, 21}));
  EXPECT_EQ(mirrored.apply(mask).row(2)[0], mask.row(2)[11]);
}

}  // namespace
}  // namespace itpn
