#include "itpn/io/overlay.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "itpn/io/legend.h"
#include "itpn/io/palette.h"
#include "itpn/io/pixels_for_test.h"

namespace itpn {
namespace {

using test::count_colour;
using test::drawn_part;
using test::pixel;

constexpr Colour kGreen = {0, 200, 0};
constexpr Area kPicture = {0, 0, 100, 60};

TEST(Overlay, ABoxIsAnOutlineOnItsEdgesBetweenTwoThinLines) {
  Drawing drawing({.width = 40, .height = 30});
  draw_box(drawing, {10, 8, 20, 12}, kGreen, {.line = 2});
  const Image image = drawing.image();
  EXPECT_EQ(count_colour(image, kGreen), 22 * 14 - 18 * 10);
  EXPECT_EQ(pixel(image, 9, 7), kGreen);
  EXPECT_EQ(pixel(image, 30, 20), kGreen);
  EXPECT_EQ(pixel(image, 20, 14), kPaper) << "nothing inside";
  EXPECT_EQ(pixel(image, 20, 6), pixel(image, 20, 9));
  EXPECT_NE(pixel(image, 20, 6), kPaper);
  const Rect all = drawn_part(image);
  EXPECT_EQ(all.left, 8);
  EXPECT_EQ(all.width, 24);
}

TEST(Overlay, AMaskIsHalfTransparentWithAnOutlineOfItsColour) {
  std::vector<uint8_t> inside(10 * 8, 0);
  for (int y = 2; y < 7; ++y) {
    for (int x = 1; x < 8; ++x) inside[static_cast<size_t>(y * 10 + x)] = 1;
  }
  Drawing drawing({.width = 10, .height = 8});
  draw_mask(drawing, {10, 8, inside}, {0, 0, 10, 8}, {255, 0, 0}, {.line = 1, .opacity = 0.2});
  const Image image = drawing.image();
  EXPECT_EQ(count_colour(image, {255, 0, 0}), 7 * 5 - 5 * 3);
  EXPECT_EQ(count_colour(image, {255, 204, 204}), 5 * 3);
  EXPECT_EQ(count_colour(image, kPaper), 10 * 8 - 7 * 5);
  EXPECT_EQ(pixel(image, 1, 2), (Colour{255, 0, 0}));
  EXPECT_EQ(pixel(image, 2, 3), (Colour{255, 204, 204}));
}

TEST(Overlay, AMaskOfAnotherSizeIsStretchedOverItsPlace) {
  const std::vector<uint8_t> inside = {0, 1, 0, 0};
  Drawing drawing({.width = 12, .height = 8});
  draw_mask(drawing, {2, 2, inside}, {2, 0, 8, 8}, kGreen, {.line = 2});
  EXPECT_EQ(count_colour(drawing.image(), kGreen), 4 * 4);
  EXPECT_EQ(pixel(drawing.image(), 6, 0), kGreen);
}

TEST(Overlay, MasksOfNothingAndOfEverythingAreDrawnToo) {
  const std::vector<uint8_t> nothing(16, 0), everything(16, 1);
  Drawing drawing({.width = 4, .height = 4});
  draw_mask(drawing, {4, 4, nothing}, {0, 0, 4, 4}, kGreen, {});
  EXPECT_EQ(count_colour(drawing.image(), kPaper), 16);
  draw_mask(drawing, {4, 4, everything}, {0, 0, 4, 4}, kGreen, {.line = 1});
  EXPECT_EQ(count_colour(drawing.image(), kGreen), 12);
  EXPECT_THROW(draw_mask(drawing, {4, 3, everything}, {0, 0, 4, 4}, kGreen, {}), std::invalid_argument);
}

class OverlayLabel : public testing::Test {
 protected:
  void SetUp() override {
    if (text_width("H", {}) == 0) GTEST_SKIP() << "no font is installed";
  }
  Area label(const Area& box, const std::string& words) {
    return draw_label(drawing_, box, words, kGreen, kPicture, {.text = 10});
  }

  Drawing drawing_ = Drawing({.width = kPicture.width, .height = kPicture.height});
};

TEST_F(OverlayLabel, StandsOnTheUpperEdgeOfItsBox) {
  const Area ground = label({20, 30, 40, 20}, "cat");
  EXPECT_EQ(ground.left, 20);
  EXPECT_EQ(ground.bottom(), 30);
  EXPECT_EQ(pixel(drawing_.image(), 21, 20), kGreen);
  EXPECT_EQ(pixel(drawing_.image(), 19, 20), kPaper);
}

TEST_F(OverlayLabel, StaysInsideOfThePicture) {
  EXPECT_EQ(label({20, 5, 40, 20}, "cat").top, 5) << "no room above: inside of the box";
  EXPECT_EQ(label({20, -30, 40, 20}, "cat").top, 0);
  EXPECT_EQ(label({95, 30, 40, 20}, "cat").right(), kPicture.right());
  EXPECT_EQ(label({-9, 30, 40, 20}, "cat").left, 0);
  const Area cut = label({20, 30, 40, 20}, "a name that is by far too long for this picture");
  EXPECT_GE(cut.left, 0);
  EXPECT_LE(cut.right(), kPicture.right());
}

TEST_F(OverlayLabel, IsReadableOnAnyColour) {
  for (const Colour& colour : class_colours(80)) {
    EXPECT_GT(colour_distance(readable_on(colour), colour), 0.33)
        << int{colour[0]} << " " << int{colour[1]} << " " << int{colour[2]};
  }
}

TEST(Overlay, SizesSuitThePicture) {
  EXPECT_LT(overlay_style(200, 100).line, overlay_style(2000, 1500).line);
  EXPECT_EQ(overlay_style(60, 40).text, 10);
}

TEST(LegendTest, PutsEntriesBelowEachOtherThenInFurtherColumns) {
  const std::vector<LegendEntry> entries = {{.name = "a", .line = {.colour = kGreen}},
                                            {.name = "b", .line = {.colour = {200, 0, 0}}},
                                            {.name = "c", .line = {.colour = {0, 0, 200}}}};
  const Legend one(entries, {.text_size = 10}), two(entries, {.max_height = 40, .text_size = 10});
  EXPECT_NEAR(one.height(), 3 * 13 + 10, 1e-9);
  EXPECT_NEAR(two.height(), 2 * 13 + 10, 1e-9);
  EXPECT_GT(two.width(), 1.8 * one.width() - 10);
  Drawing drawing({.width = 200, .height = 60});
  two.draw(drawing, {0, 0});
  const Image image = drawing.image();
  EXPECT_EQ(pixel(image, 10, 11), kGreen);
  EXPECT_EQ(pixel(image, 10, 24), (Colour{200, 0, 0}));
  EXPECT_GT(count_colour(image, {0, 0, 200}), 150);
}

TEST(LegendTest, BreaksLongNamesAndNamesWhatHasNoMarkInGrey) {
  if (text_width("H", {}) == 0) GTEST_SKIP() << "no font is installed";
  const std::vector<LegendEntry> entries = {{.name = "a long name of several words", .mark = LegendMark::kNone}};
  const Legend wide(entries, {}), narrow(entries, {.max_width = 90});
  EXPECT_LE(narrow.width(), 90);
  EXPECT_GT(narrow.height(), 1.5 * wide.height());
  Drawing drawing({.width = 200, .height = 60});
  wide.draw(drawing, {0, 0});
  EXPECT_GT(drawn_part(drawing.image()).left, 20) << "no mark";
  EXPECT_EQ(count_colour(drawing.image(), kInk), 0);
}

}  // namespace
}  // namespace itpn
