#include "itpn/io/line_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "itpn/io/chart_layout.h"
#include "itpn/io/palette.h"
#include "itpn/io/pixels_for_test.h"

namespace itpn {
namespace {

using test::count_colour;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

ChartSheet sheet_of(const std::vector<ChartSeries>& series) { return {.charts = {{.series = series}}}; }

Image drawn(const ChartSheet& sheet) { return draw_charts(sheet, DrawingFormat::kPng).image(); }

int pixels_of(const Image& image, size_t curve) { return count_colour(image, curve_line(curve).colour); }

TEST(ChartAxis, TicksAreRoundAndCoverTheRange) {
  EXPECT_EQ(nice_ticks(0.0, 10.0, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  const auto ticks = nice_ticks(0.53, 0.94, 6);
  ASSERT_FALSE(ticks.empty());
  EXPECT_GE(ticks.front(), 0.53);
  EXPECT_LE(ticks.back(), 0.94);
  EXPECT_TRUE(nice_ticks(1.0, 1.0, 5).empty());
  EXPECT_LE(nice_ticks(1e16, 1e16 + 2, 6).size(), 13U);
}

TEST(ChartAxis, LabelsHaveAsManyDecimalsAsTheTicksNeed) {
  EXPECT_THAT(axis_ticks({0.55, 1.04}, 5, false).labels, testing::ElementsAre("0.6", "0.7", "0.8", "0.9", "1.0"));
  EXPECT_THAT(axis_ticks({-0.2, 0.2}, 2, false).labels, testing::ElementsAre("-0.2", "0.0", "0.2"));
  EXPECT_THAT(axis_ticks({0, 100}, 2, false).labels, testing::ElementsAre("0", "50", "100"));
}

TEST(ChartAxis, VerySmallAndLargeNumbersShareAPowerOfTen) {
  const AxisTicks rates = axis_ticks({0, 3.2e-4}, 4, false);
  EXPECT_THAT(rates.labels, testing::ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(rates.factor, testing::AnyOf("×10⁻⁴", "1e-4"));
  EXPECT_THAT(axis_ticks({0, 4e12}, 4, false).factor, testing::AnyOf("×10¹²", "1e12"));
  EXPECT_EQ(axis_ticks({0, 1e6}, 4, true).labels.back(), "1000000") << "steps are written out";
}

TEST(ChartAxis, StepsHaveTicksAtWholeNumbersAlone) {
  EXPECT_THAT(axis_ticks({1, 3}, 8, true).labels, testing::ElementsAre("1", "2", "3"));
}

TEST(LineChart, HasTwoPixelsForEachUnitAndEverySeriesInItsColour) {
  const Image image = drawn(sheet_of({{"a", {0, 1, 2}, {3, 2, 1}}, {"b", {0, 1, 2}, {1, 2, 3}}}));
  EXPECT_EQ(image.width, 960);
  EXPECT_EQ(image.height, 600);
  EXPECT_GT(pixels_of(image, 0), 500);
  EXPECT_GT(pixels_of(image, 1), 500);
}

TEST(LineChart, AnAxisOfPercentEndsAtHundredAndBeginsAtNothing) {
  LineChart chart{.series = {{"top-1", {1, 2, 3}, {60, 90, 99.9}}}, .y_floor = 0, .y_ceiling = 100};
  EXPECT_EQ(layout_of(chart).y.high, 100);
  EXPECT_EQ(layout_of(chart).y_ticks.labels.back(), "100");
  chart.series[0].y = {100, 100, 100};
  EXPECT_EQ(layout_of(chart).y.high, 100);
  chart.series[0].y = {0, 0, 0};
  EXPECT_EQ(layout_of(chart).y.low, 0);
  EXPECT_GT(layout_of(chart).y.high, 0);
  chart.series[0].y = {50, 70, 120};
  EXPECT_GE(layout_of(chart).y.high, 120) << "what is there is shown";
}

TEST(LineChart, NumbersThatAreNeverNegativeHaveNoAxisBelowNought) {
  EXPECT_EQ(layout_of({.series = {{"lr", {0, 1}, {0, 1}}}}).y.low, 0);
  EXPECT_LT(layout_of({.series = {{"x", {0, 1}, {-1, 1}}}}).y.low, -1);
}

TEST(LineChart, ASingleValueAndOneBetweenGapsAreDots) {
  LineChart chart{.y_label = "loss", .series = {{"a", {1}, {0.5}}}};
  const int dot = pixels_of(drawn({.charts = {chart}}), 0);
  EXPECT_GT(dot, 50);
  chart.series = {{"a", {1, 2, 3, 4, 5}, {1, kNan, 2, kNan, 3}}};
  EXPECT_NEAR(pixels_of(drawn({.charts = {chart}}), 0), 3 * dot, dot);
}

TEST(LineChart, AGapBreaksTheCurve) {
  const ChartLayout layout = layout_of({.series = {{"g", {0, 1, 2, 3, 4}, {1, 2, kNan, 2, 1}}}});
  ASSERT_EQ(layout.curves[0].size(), 2U);
  EXPECT_EQ(layout.curves[0][0].size(), 2U);
}

TEST(LineChart, ASeriesWithoutAValueIsNamedInTheLegendAndKeepsItsColour) {
  const ChartSeries with{"with", {0, 1}, {0, 1}}, without{"without", {}, {}}, not_finite{"nan", {0}, {kNan}};
  const double height = layout_of({.series = {with, without, with}}).legend->height();
  EXPECT_EQ(layout_of({.series = {with, with, with}}).legend->height(), height);
  EXPECT_EQ(layout_of({.series = {with, not_finite, with}}).legend->height(), height);
  const Image image = drawn(sheet_of({with, without, with}));
  EXPECT_EQ(pixels_of(image, 1), 0);
  EXPECT_GT(pixels_of(image, 2), 500);
}

TEST(LineChart, TheOnlySeriesOfALabelledAxisNeedsNoLegend) {
  EXPECT_FALSE(layout_of({.y_label = "loss", .series = {{"loss", {0, 1}, {0, 1}}}}).legend);
  EXPECT_TRUE(layout_of({.series = {{"loss", {0, 1}, {0, 1}}}}).legend);
  EXPECT_TRUE(layout_of({.y_label = "loss", .series = {{"loss", {}, {}}}}).legend);
}

bool holds(const Area& area, const Point& point) {
  return point.x > area.left && point.x < area.right() && point.y > area.top && point.y < area.bottom();
}

// True where a point of a curve, looked at in small steps, lies under the legend.
bool is_legend_crossed(const ChartLayout& layout) {
  const Area legend = {layout.legend_corner.x, layout.legend_corner.y, layout.legend->width(), layout.legend->height()};
  for (const auto& parts : layout.curves) {
    for (const Polyline& part : parts) {
      for (size_t i = 1; i < part.size(); ++i) {
        for (double share = 0; share <= 1; share += 0.01) {
          if (holds(legend, {part[i - 1].x + share * (part[i].x - part[i - 1].x),
                             part[i - 1].y + share * (part[i].y - part[i - 1].y)})) {
            return true;
          }
        }
      }
    }
  }
  return false;
}

bool is_legend_inside(const ChartLayout& layout) {
  return layout.legend_corner.x + layout.legend->width() <= layout.frame.right();
}

TEST(LineChart, PutsTheLegendWhereNoCurveRuns) {
  const std::vector<double> x = {0, 1, 2, 3, 4};
  const ChartLayout falling = layout_of({.series = {{"curve", x, {5, 3, 2, 1.2, 1}}}});
  const ChartLayout rising = layout_of({.series = {{"curve", x, {1, 4, 4.8, 5, 5}}}});
  EXPECT_GT(falling.legend_corner.x, 240);
  EXPECT_LT(falling.legend_corner.y, 100);
  EXPECT_GT(rising.legend_corner.x, 240);
  EXPECT_GT(rising.legend_corner.y, 150);
  for (const ChartLayout& layout : {falling, rising}) {
    EXPECT_TRUE(is_legend_inside(layout));
    EXPECT_FALSE(is_legend_crossed(layout));
  }
}

TEST(LineChart, PutsTheLegendBesideCurvesThatAreEverywhere) {
  LineChart chart;
  ChartSeries zigzag{"everywhere", {}, {}};
  for (int i = 0; i < 40; ++i) {
    zigzag.x.push_back(i);
    zigzag.y.push_back(i % 2);
  }
  chart.series = {zigzag};
  const ChartLayout layout = layout_of(chart);
  EXPECT_GE(layout.legend_corner.x, layout.frame.right());
  EXPECT_LE(layout.legend_corner.x + layout.legend->width(), chart.width);
  EXPECT_FALSE(is_legend_crossed(layout));
}

TEST(LineChart, AChartGrowsWithALegendThatIsHigherThanItself) {
  LineChart chart;
  for (int i = 0; i < 60; ++i) chart.series.push_back({"run " + std::to_string(i), {0, 1}, {i * 1.0, 60.0 - i}});
  const ChartLayout layout = layout_of(chart);
  EXPECT_GT(layout.height, 600);
  EXPECT_LE(layout.legend_corner.y + layout.legend->height(), layout.height);
  EXPECT_EQ(drawn({.charts = {chart}}).height, static_cast<int>(std::ceil(2 * layout.height)));
}

TEST(LineChart, LongTitlesAndLabelsAreBrokenIntoLines) {
  if (text_width("H", {}) == 0) GTEST_SKIP() << "no font is installed";
  const std::string words =
      "a title that says at length what this chart shows, for whom, why, and since when it does so";
  const ChartLayout layout = layout_of({.title = words, .x_label = words, .y_label = words, .series = {}});
  EXPECT_GT(layout.title.size(), 1U);
  EXPECT_GT(layout.y_label.size(), 1U);
  EXPECT_GT(layout.frame.width, 300);
  EXPECT_GT(layout.frame.height, 150);
  for (const std::string& line : layout.title) EXPECT_LE(text_width(line, kTitleText), 480);
  for (const std::string& line : layout.y_label) EXPECT_LE(text_width(line, kLabelText), 300);
}

TEST(LineChart, PutsSeveralChartsSideBySideAndCentresTheLastRow) {
  const LineChart empty{.series = {}}, curve{.y_label = " ", .series = {{"a", {0, 1}, {0, 1}}}};
  const Image image = drawn({.charts = {empty, empty, curve}, .columns = 2});
  EXPECT_EQ(image.width, 2 * 960);
  EXPECT_EQ(image.height, 2 * 600);
  int left = image.width, right = 0;
  for (int y = 600; y < 1200; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (test::pixel(image, x, y) == kPaper) continue;
      left = std::min(left, x), right = std::max(right, x);
    }
  }
  EXPECT_GT(left, 480);
  EXPECT_LT(right, 480 + 960);
  EXPECT_EQ(pixels_of(image, 0), pixels_of(drawn({.charts = {curve}}), 0));
}

TEST(LineChart, IsDrawnWithoutDataAndWithConstantData) {
  EXPECT_EQ(drawn({.charts = {}}).channels, 3);
  EXPECT_EQ(drawn(sheet_of({})).height, 600);
  EXPECT_GT(pixels_of(drawn(sheet_of({{"c", {1, 2}, {7, 7}}})), 0), 500);
}

TEST(LineChart, SurvivesNumbersAtTheEndsOfTheirRange) {
  const double huge = 1.7e308, infinite = std::numeric_limits<double>::infinity();
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{
           {-huge, huge}, {0, 5e-324}, {1e16, 1e16 + 2}, {-1e300, 1e300}, {1, infinite}, {1, std::nextafter(1, 2)}}) {
    EXPECT_EQ(drawn(sheet_of({{"s", {low, high, 0}, {high, low, 0}}})).channels, 3) << low << " " << high;
  }
}

TEST(LineChart, IsTheSameChartAsSvgAndPdf) {
  const ChartSheet sheet = sheet_of({{"a", {0, 1, 2}, {3, 2, 1}}});
  EXPECT_GT(draw_charts(sheet, DrawingFormat::kSvg).file().size(), 1000U);
  EXPECT_GT(draw_charts(sheet, DrawingFormat::kPdf).file().size(), 1000U);
}

}  // namespace
}  // namespace itpn
