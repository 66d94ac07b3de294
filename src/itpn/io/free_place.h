// A place for a legend between the curves of a chart.
#pragma once

#include <optional>
#include <vector>

#include "itpn/io/drawing.h"

namespace itpn {

// Remembers through which small cells of an area lines run.
class FreePlace {
 public:
  explicit FreePlace(const Area& area);

  void cover(const std::vector<Point>& polyline);
  // The upper left corner of a free place of that size at an edge of the area: the nearest to one of its corners, of
  // which the upper right one comes first. Nothing where there is none.
  std::optional<Point> find(double width, double height) const;

 private:
  void cover(const Point& point);
  bool is_free(const Area& place) const;

  Area area_;
  int columns_, rows_;
  std::vector<bool> is_covered_;  // [row * columns_ + column]
};

}  // namespace itpn
