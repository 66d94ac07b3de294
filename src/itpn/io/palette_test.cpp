#include "itpn/io/palette.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace itpn {
namespace {

double least_distance(const std::vector<Colour>& colours) {
  double least = 1;
  for (size_t i = 0; i < colours.size(); ++i) {
    for (size_t j = 0; j < i; ++j) least = std::min(least, colour_distance(colours[i], colours[j]));
  }
  return least;
}

TEST(Palette, ColourDistanceOfBlackAndWhiteIsOne) {
  EXPECT_NEAR(colour_distance({0, 0, 0}, {255, 255, 255}), 1.0, 1e-6);
  EXPECT_EQ(colour_distance({1, 2, 3}, {1, 2, 3}), 0.0);
}

TEST(Palette, ClassesHaveColoursFarApart) {
  EXPECT_GT(least_distance(class_colours(10)), 0.2);
  EXPECT_GT(least_distance(class_colours(20)), 0.13);
  EXPECT_GT(least_distance(class_colours(80)), 0.065);
  EXPECT_GT(least_distance(class_colours(150)), 0.045);
}

TEST(Palette, AClassKeepsItsColourWhateverTheirNumber) {
  const std::vector<Colour> few = class_colours(7), many = class_colours(100);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  EXPECT_TRUE(class_colours(0).empty());
}

TEST(Palette, GivesColoursToMoreClassesThanThereAreColours) {
  const std::vector<Colour> colours = class_colours(5000);
  ASSERT_EQ(colours.size(), 5000U);
  EXPECT_GT(std::set<Colour>(colours.begin(), colours.end()).size(), 1000U);
}

TEST(Palette, NoClassIsNearlyBlackWhiteOrGrey) {
  for (const Colour& colour : class_colours(200)) {
    EXPECT_GT(colour_distance(colour, {0, 0, 0}), 0.4);
    EXPECT_GT(colour_distance(colour, {255, 255, 255}), 0.1);
    const auto [low, high] = std::minmax_element(colour.begin(), colour.end());
    EXPECT_GT(*high - *low, 50);
  }
}

TEST(Palette, ThirtyFiveCurvesDifferInColourOrDash) {
  for (size_t i = 0; i < 35; ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Line a = curve_line(i), b = curve_line(j);
      EXPECT_TRUE(a.colour != b.colour || a.dashes != b.dashes) << i << " " << j;
    }
  }
  EXPECT_TRUE(curve_line(6).dashes.empty());
  EXPECT_FALSE(curve_line(7).dashes.empty());
}

TEST(Palette, TextIsDarkOnLightAndLightOnDark) {
  EXPECT_EQ(readable_on({255, 255, 0}), kInk);
  EXPECT_EQ(readable_on({0, 0, 160}), kPaper);
}

}  // namespace
}  // namespace itpn
