#include "itpn/structures/polygon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/error_of.h"

namespace itpn {
namespace {

using test::error_of;
using testing::HasSubstr;

TEST(Polygon, OfABoxOnPixelEdgesFillsItsPixels) {
  Bitmap bitmap(4, 5);
  for (const int64_t y : {1, 2}) {
    for (const int64_t x : {2, 3, 4}) bitmap.row(y)[x] = 1;
  }
  EXPECT_EQ(rasterise_box({2, 1, 3, 2}, 4, 5), encode_bitmap(bitmap));
  EXPECT_EQ(rasterise_polygon(Polygon{5, 3, 5, 1, 2, 1, 2, 3}, 4, 5), encode_bitmap(bitmap));
}

TEST(Polygon, OutsideOfThePictureIsCutOff) {
  EXPECT_EQ(rasterise_box({-5, -5, 50, 50}, 4, 5), (Rle{4, 5, {0, 20}}));
  EXPECT_EQ(rle_area(rasterise_box({7, 1, 3, 2}, 4, 5)), 0);
  EXPECT_EQ(rle_area(rasterise_box({1, 9, 3, 2}, 4, 5)), 0);
}

TEST(Polygon, OfLessThanThreePointsIsEmpty) {
  for (const Polygon& points : {Polygon{}, Polygon{1, 1}, Polygon{1, 1, 3, 3}, Polygon{1, 1, 1, 1, 1, 1}}) {
    EXPECT_EQ(rle_area(rasterise_polygon(points, 4, 5)), 0) << points.size();
  }
}

TEST(Polygon, PartsAreOneObject) {
  const std::vector<Polygon> parts = {{0, 0, 0, 2, 2, 2, 2, 0}, {3, 2, 3, 4, 5, 4, 5, 2}};
  EXPECT_EQ(rle_area(rasterise_polygons(parts, 4, 5)), 8);
  EXPECT_EQ(rle_area(rasterise_polygons({}, 4, 5)), 0);
}

TEST(Polygon, ThatNoPictureCanHoldIsRefused) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double far : {1e7, -1e300, infinity, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(error_of(ExitCode::kData,
                         [&] {
                           rasterise_polygon(Polygon{0, 0, far, 1, 2, 3}, 4, 5);
                         }),
                HasSubstr("outside of any picture"));
  }
  EXPECT_THAT(error_of(ExitCode::kData, [] { rasterise_polygon(Polygon{0, 0, 1}, 4, 5); }), HasSubstr("half a point"));
}

}  // namespace
}  // namespace itpn
