#include "itpn/io/line_chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace itpn {
namespace {

int count_colour(const Image& image, uint8_t r, uint8_t g, uint8_t b) {
  int count = 0;
  for (size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
    count += image.pixels[i] == r && image.pixels[i + 1] == g && image.pixels[i + 2] == b;
  }
  return count;
}

TEST(LineChart, TicksAreRoundAndCoverTheRange) {
  EXPECT_EQ(nice_ticks(0.0, 10.0, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  const auto ticks = nice_ticks(0.53, 0.94, 6);
  ASSERT_FALSE(ticks.empty());
  EXPECT_GE(ticks.front(), 0.53);
  EXPECT_LE(ticks.back(), 0.94);
  EXPECT_TRUE(nice_ticks(1.0, 1.0, 5).empty());
}

TEST(LineChart, DrawsEverySeriesInItsColour) {
  LineChart chart{
      .title = "loss", .x_label = "step", .series = {{"a", {0, 1, 2}, {3, 2, 1}}, {"b", {0, 1, 2}, {1, 2, 3}}}};
  const Image image = draw_line_chart(chart);
  EXPECT_EQ(image.width, 960);
  EXPECT_EQ(image.pixels.size(), 960U * 540U * 3U);
  EXPECT_GT(count_colour(image, 0, 114, 178), 500);
  EXPECT_GT(count_colour(image, 213, 94, 0), 500);
}

TEST(LineChart, PutsSeveralChartsSideBySideAndBelowEachOther) {
  const LineChart left{.title = "", .x_label = "", .series = {{"a", {0, 1}, {0, 1}}}};
  const LineChart right{.title = "", .x_label = "", .series = {}};
  const Image image = draw_line_charts({left, right, right}, 2);
  EXPECT_EQ(image.width, 2 * 960);
  EXPECT_EQ(image.height, 2 * 540);
  EXPECT_EQ(count_colour(image, 0, 114, 178), count_colour(draw_line_chart(left), 0, 114, 178));
}

TEST(LineChart, SvgHasALineForEachUnbrokenPartOfASeriesAndEscapesText) {
  const double nan = std::nan("");
  const std::string svg = svg_line_charts(
      {{.title = "a < b & c", .x_label = "step", .series = {{"s\x01", {0, 1, 2, 3, 4}, {1, 2, nan, 2, 1}}}}}, 1);
  size_t lines = 0;
  for (size_t at = svg.find("<polyline"); at != std::string::npos; at = svg.find("<polyline", at + 1)) ++lines;
  EXPECT_EQ(lines, 2U);
  EXPECT_NE(svg.find(">a &lt; b &amp; c</text>"), std::string::npos);
  EXPECT_NE(svg.find(">s?</text>"), std::string::npos);
  EXPECT_EQ(svg.rfind("</svg>\n"), svg.size() - 7);
}

// Where the legend's text of the only series stands, in pixels from the top left.
std::pair<double, double> legend_place(const std::vector<double>& y) {
  const std::string svg = svg_line_charts({{.title = "", .x_label = "", .series = {{"curve", {0, 1, 2, 3, 4}, y}}}}, 1);
  const size_t text = svg.rfind("<text", svg.find(">curve</text>"));
  const auto number = [&](const std::string& key) {
    const size_t at = svg.find(" " + key + "=\"", text) + key.size() + 3;
    return std::stod(svg.substr(at));
  };
  return {number("x"), number("y")};
}

TEST(LineChart, PutsTheLegendWhereItHidesNoCurve) {
  const auto falling = legend_place({5, 3, 2, 1.2, 1}), rising = legend_place({1, 4, 4.8, 5, 5});
  EXPECT_GT(falling.first, 480.0);
  EXPECT_LT(falling.second, 100.0);
  EXPECT_GT(rising.first, 480.0);
  EXPECT_GT(rising.second, 400.0);
}

TEST(LineChart, SurvivesNoDataConstantDataAndGaps) {
  const double nan = std::nan("");
  EXPECT_EQ(draw_line_chart({.title = "", .x_label = "", .series = {}}).channels, 3);
  EXPECT_EQ(draw_line_chart({.title = "", .x_label = "", .series = {{"c", {1}, {1}}}}).channels, 3);
  const Image gap = draw_line_chart({.title = "", .x_label = "", .series = {{"g", {0, 1, 2}, {1, nan, 1}}}});
  const Image whole = draw_line_chart({.title = "", .x_label = "", .series = {{"g", {0, 1, 2}, {1, 1, 1}}}});
  EXPECT_LT(count_colour(gap, 0, 114, 178), count_colour(whole, 0, 114, 178) / 2);
}

TEST(LineChart, SurvivesNumbersAtTheEndsOfTheirRange) {
  const double huge = 1.7e308, infinite = std::numeric_limits<double>::infinity();
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{
           {-huge, huge}, {0, 5e-324}, {1e16, 1e16 + 2}, {-1e300, 1e300}, {1, infinite}, {1, std::nextafter(1, 2)}}) {
    const ChartSeries series{"s", {low, high, 0}, {high, low, 0}};
    EXPECT_EQ(draw_line_chart({.title = "", .x_label = "", .series = {series}}).channels, 3) << low << " " << high;
  }
  EXPECT_LE(nice_ticks(1e16, 1e16 + 2, 6).size(), 13U);
}

}  // namespace
}  // namespace itpn
