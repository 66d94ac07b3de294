#include "itpn/io/free_place.h"

#include <gtest/gtest.h>

#include <cmath>

namespace itpn {
namespace {

// Whether one of many points of the line lies within the place.
bool runs_through(const std::vector<Point>& line, const Area& place) {
  for (size_t i = 1; i < line.size(); ++i) {
    const Point &from = line[i - 1], &to = line[i];
    constexpr int kSteps = 2000;
    for (int step = 0; step <= kSteps; ++step) {
      const double share = static_cast<double>(step) / kSteps;
      const double x = from.x + share * (to.x - from.x), y = from.y + share * (to.y - from.y);
      if (x > place.left && x < place.right() && y > place.top && y < place.bottom()) return true;
    }
  }
  return false;
}

TEST(FreePlace, NoLineRunsThroughWhatIsFoundAlongAnyEdgeOfAnArea) {
  // Sides that no number of cells fills.
  const Area area = {10.3, 5.7, 301.4, 199.1};
  for (int edge = 0; edge < 4; ++edge) {
    for (double inwards = 0; inwards < 40; inwards += 0.7) {
      const double x = edge == 0 ? area.left + inwards : area.right() - inwards;
      const double y = edge == 2 ? area.top + inwards : area.bottom() - inwards;
      const std::vector<Point> line = edge < 2 ? std::vector<Point>{{x, area.top}, {x, area.bottom()}}
                                               : std::vector<Point>{{area.left, y}, {area.right(), y}};
      FreePlace places(area);
      places.cover(line);
      for (const double width : {20.0, 61.3}) {
        const std::optional<Point> corner = places.find(width, 31.9);
        ASSERT_TRUE(corner);
        const Area found = {corner->x, corner->y, width, 31.9};
        EXPECT_FALSE(runs_through(line, found)) << edge << " " << inwards;
        EXPECT_TRUE(found.left >= area.left && found.top >= area.top && found.right() <= area.right() + 1e-9 &&
                    found.bottom() <= area.bottom() + 1e-9);
      }
    }
  }
}

TEST(FreePlace, PrefersTheUpperRightCornerThenTheNearestFreeEdge) {
  FreePlace place({0, 0, 300, 200});
  EXPECT_EQ(place.find(60, 30)->x, 240);
  EXPECT_EQ(place.find(60, 30)->y, 0);
  place.cover({{250, 0}, {250, 200}});
  EXPECT_EQ(place.find(60, 30)->x, 0);
  EXPECT_EQ(place.find(30, 30)->x, 270) << "there is room on the right of the line";
  place.cover({{0, 100}, {300, 100}});
  EXPECT_FALSE(place.find(60, 150));
}

}  // namespace
}  // namespace itpn
