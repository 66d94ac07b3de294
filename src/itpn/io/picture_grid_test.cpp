#include "itpn/io/picture_grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "itpn/io/pixels_for_test.h"

namespace itpn {
namespace {

using test::pixel;

Image plain(int width, int height, uint8_t level) {
  Image image(width, height, 3);
  std::fill(image.pixels.begin(), image.pixels.end(), level);
  return image;
}

TEST(PictureGrid, PutsPicturesPixelByPixelWithWhiteBetweenThem) {
  const Image grid = picture_grid({{"", {plain(6, 5, 10), plain(6, 5, 20)}}, {"", {plain(6, 5, 30), plain(6, 5, 40)}}});
  ASSERT_EQ(grid.width, 2 * 10 + 4);
  ASSERT_EQ(grid.height, 2 * 9 + 4);
  for (const uint8_t level : {10, 20, 30, 40}) EXPECT_EQ(test::count_colour(grid, {level, level, level}), 30);
  EXPECT_EQ(pixel(grid, 4, 4), (Colour{10, 10, 10}));
  EXPECT_EQ(pixel(grid, 9, 17), (Colour{20, 20, 20}));
  EXPECT_EQ(pixel(grid, 14, 4), (Colour{30, 30, 30}));
  EXPECT_EQ(pixel(grid, 10, 4), kPaper);
}

TEST(PictureGrid, CaptionsStandAboveColumnsThatAreWideEnough) {
  if (text_width("H", {}) == 0) GTEST_SKIP() << "no font is installed";
  const Image grid = picture_grid({{"left", {plain(60, 50, 200)}}, {"right", {plain(60, 50, 200)}}});
  ASSERT_GT(grid.height, 58 + 10);
  EXPECT_EQ(pixel(grid, 4, grid.height - 54), (Colour{200, 200, 200}));
  EXPECT_EQ(pixel(grid, 4, grid.height - 55), kPaper);
  Image head = grid;
  head.height = grid.height - 54;
  EXPECT_GT(test::drawn_part(head).width, 60) << "words above both columns";
  EXPECT_EQ(picture_grid({{"a caption", {plain(20, 50, 0)}}}).height, 58) << "too narrow: no captions at all";
}

TEST(PictureGrid, LeavesOutRowsThatADrawingHasNoRoomFor) {
  const std::vector<Image> pictures(40, plain(1, 1000, 0));
  EXPECT_EQ(picture_grid({{"", pictures}}).height, 32 * 1004 + 4);
}

TEST(PictureGrid, RefusesPicturesOfDifferentSizes) {
  EXPECT_THROW(picture_grid({{"", {plain(6, 5, 0), plain(5, 6, 0)}}}), std::invalid_argument);
  EXPECT_THROW(picture_grid({{"", {plain(6, 5, 0)}}, {"", {}}}), std::invalid_argument);
  EXPECT_THROW(picture_grid({}), std::invalid_argument);
}

}  // namespace
}  // namespace itpn
