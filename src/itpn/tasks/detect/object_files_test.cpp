#include "itpn/tasks/detect/object_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/files.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/yolo_labels.h"
#include "itpn/tasks/detect/found_for_test.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

TEST(YoloFiles, AreLabelsToTrainOn) {
  const test::TemporaryDirectory folder;
  const FoundPicture found = test::car_and_dog(true), nothing = select(found, {});
  const auto sink = make_yolo_files({folder.file("labels"), {"p/a/x.png", "p/classes.jpg"}, {"dog", "car"}});
  EXPECT_FALSE(sink->wants_masks());
  test::show_to(*sink, {"p/a/x.png", 0, nullptr, &found});
  test::show_to(*sink, {"p/classes.jpg", 1, nullptr, &nothing});
  EXPECT_EQ(read_text_file(posix_fs(), folder.file("labels/classes.txt")), "dog\ncar\n");
  EXPECT_EQ(read_text_file(posix_fs(), folder.file("labels/classes-2.txt")), "");
  const auto labels = parse_yolo_labels(read_text_file(posix_fs(), folder.file("labels/a/x.txt")), "x.txt");
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[0].label, 1);
  EXPECT_NEAR(labels[0].box.x * 40, 2.0, 1e-3);
  EXPECT_NEAR(labels[1].box.width * 40, 9.5, 1e-3);
}

TEST(YoloFiles, OfABoxWithoutASizeCanBeRead) {
  const test::TemporaryDirectory folder;
  FoundPicture found = test::car_and_dog(false);
  found.boxes[0] = {40, 30, 40, 30};
  const auto sink = make_yolo_files({folder.path(), {"x.png"}, {"dog", "car"}});
  test::show_to(*sink, {"x.png", 0, nullptr, &found});
  EXPECT_EQ(parse_yolo_labels(read_text_file(posix_fs(), folder.file("x.txt")), "x.txt").size(), 2U);
}

// The drawing of a grey picture of that size with a car and a dog.
Image drawing_of(int width, int height, bool has_masks) {
  const test::TemporaryDirectory folder;
  FoundPicture found = test::car_and_dog(has_masks);
  Image picture(width, height, 3);
  std::fill(picture.pixels.begin(), picture.pixels.end(), uint8_t{128});
  const auto sink = make_drawings({folder.file("drawn"), {"a/x.png"}, {"dog", "car"}});
  test::show_to(*sink, {"a/x.png", 0, &picture, &found});
  return decode_rgb(read_file(posix_fs(), folder.file("drawn/x.png")));
}

bool is_grey(const Image& image, int x, int y) {
  const uint8_t* pixel = image.row(y) + 3 * x;
  return pixel[0] == 128 && pixel[1] == 128 && pixel[2] == 128;
}

TEST(Drawings, EnlargeSmallPicturesByAWholeNumber) {
  const Image drawn = drawing_of(40, 30, true);
  EXPECT_EQ(drawn.width, 640);
  EXPECT_EQ(drawn.height, 480);
  EXPECT_TRUE(is_grey(drawn, 28 * 16, 25 * 16));  // beside all objects
  EXPECT_FALSE(is_grey(drawn, 8 * 16, 9 * 16));   // the left half of the car, under its mask
  EXPECT_TRUE(is_grey(drawn, 18 * 16, 9 * 16));   // its right half
  EXPECT_FALSE(is_grey(drawn, 2 * 16, 12 * 16));  // on its box
  EXPECT_TRUE(is_grey(drawing_of(40, 30, false), 8 * 16, 9 * 16));
  const uint8_t* inside = drawn.row(9 * 16) + 3 * 8 * 16;  // its outline is finer than a pixel of the picture
  const uint8_t* edge = drawn.row(9 * 16) + 3 * (12 * 16 - 1);
  EXPECT_NE(std::vector<int>(inside, inside + 3), std::vector<int>(edge, edge + 3));
}

TEST(Drawings, MakeLargePicturesSmaller) {
  const Image drawn = drawing_of(8000, 2100, false);
  EXPECT_LE(int64_t{drawn.width} * drawn.height, 16'100'000);
  EXPECT_NEAR(drawn.width / static_cast<double>(drawn.height), 8.0 / 2.1, 0.01);
  EXPECT_EQ(drawing_of(900, 600, false).width, 900);
}

TEST(Drawings, TakeNoPicturesPlace) {
  const test::TemporaryDirectory folder;
  const std::vector<std::string> pictures = {folder.file("a.jpg"), folder.file("b.png")};
  EXPECT_THAT(test::error_of(ExitCode::kUsage,
                             [&] {
                               make_drawings({folder.path() + "/./", pictures, {"dog"}});
                             }),
              ::testing::HasSubstr("b.png would take the place of a picture"));
  make_drawings({folder.file("drawn"), pictures, {"dog"}});
}

TEST(Drawings, OfVeryLongPicturesCanBeWritten) {
  const Image drawn = drawing_of(40000, 2, true);
  EXPECT_LE(drawn.width, 32767);
  EXPECT_GE(drawn.height, 1);
}

}  // namespace
}  // namespace itpn
