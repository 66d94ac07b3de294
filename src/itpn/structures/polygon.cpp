#include "itpn/structures/polygon.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

constexpr double kScale = 5.0;  // an outline is walked on a grid finer than the pixels

struct GridPoint {
  int x = 0;
  int y = 0;
};

int to_grid(double value) {
  if (!(std::abs(value) <= kFarthestPoint)) {
    throw data_error(fmt::format("a polygon has a point at {}, outside of any picture", value));
  }
  return static_cast<int>(kScale * value + 0.5);
}

std::vector<GridPoint> grid_points(std::span<const double> points) {
  if (points.size() % 2 != 0) throw data_error(fmt::format("a polygon of {} numbers has half a point", points.size()));
  std::vector<GridPoint> grid;
  for (size_t i = 0; i < points.size(); i += 2) grid.push_back({to_grid(points[i]), to_grid(points[i + 1])});
  return grid;
}

// Calls use(point) for each point of the grid on the edge, from `from` to `to`. The longer axis goes in unit steps,
// the other is rounded as if the walk began at the smaller end.
template <class Use>
void walk_edge(GridPoint from, GridPoint to, const Use& use) {
  const int dx = std::abs(to.x - from.x), dy = std::abs(to.y - from.y);
  const bool goes_along_x = dx >= dy;
  const bool is_turned = goes_along_x ? from.x > to.x : from.y > to.y;
  if (is_turned) std::swap(from, to);
  const int steps = goes_along_x ? dx : dy;
  if (steps == 0) return;  // one point, which the edges beside it have
  const double slope = goes_along_x ? static_cast<double>(to.y - from.y) / dx : static_cast<double>(to.x - from.x) / dy;
  for (int i = 0; i <= steps; ++i) {
    const int t = is_turned ? steps - i : i;
    if (goes_along_x) {
      use(GridPoint{t + from.x, static_cast<int>(from.y + slope * t + 0.5)});
    } else {
      use(GridPoint{static_cast<int>(from.x + slope * t + 0.5), t + from.y});
    }
  }
}

// Where the outline enters or leaves a column of pixels: the places, in column-major order, at which inside and outside
// change.
class Crossings {
 public:
  Crossings(int64_t height, int64_t width) : height_(height), width_(width) {}

  void add(const GridPoint& point) {
    if (has_last_ && point.x != last_.x) cross(point);
    last_ = point;
    has_last_ = true;
  }

  std::vector<uint32_t> counts() && {
    places_.push_back(static_cast<uint32_t>(height_ * width_));
    std::sort(places_.begin(), places_.end());
    std::vector<uint32_t> counts{places_.front()};
    // A stretch of no length joins the two beside it.
    bool joins = false;
    for (size_t i = 1; i < places_.size(); ++i) {
      const uint32_t length = places_[i] - places_[i - 1];
      if (joins) {
        counts.back() += length;
        joins = false;
      } else if (length == 0) {
        joins = true;
      } else {
        counts.push_back(length);
      }
    }
    return counts;
  }

 private:
  void cross(const GridPoint& point) {
    const double column = ((point.x < last_.x ? point.x : point.x - 1) + 0.5) / kScale - 0.5;
    if (std::floor(column) != column || column < 0 || column > static_cast<double>(width_ - 1)) return;
    const double row = (std::min(point.y, last_.y) + 0.5) / kScale - 0.5;
    const auto top = static_cast<int64_t>(std::ceil(std::clamp(row, 0.0, static_cast<double>(height_))));
    places_.push_back(static_cast<uint32_t>(static_cast<int64_t>(column) * height_ + top));
  }

  int64_t height_;
  int64_t width_;
  GridPoint last_;
  bool has_last_ = false;
  std::vector<uint32_t> places_;
};

}  // namespace

Rle rasterise_polygon(std::span<const double> points, int64_t height, int64_t width) {
  const std::vector<GridPoint> grid = grid_points(points);
  Crossings crossings(height, width);
  for (size_t i = 0; i < grid.size(); ++i) {
    walk_edge(grid[i], grid[(i + 1) % grid.size()], [&](const GridPoint& point) { crossings.add(point); });
  }
  return {height, width, std::move(crossings).counts()};
}

Rle rasterise_polygons(std::span<const Polygon> parts, int64_t height, int64_t width) {
  if (parts.empty()) return {height, width, {static_cast<uint32_t>(height * width)}};
  std::vector<Rle> masks;
  for (const Polygon& part : parts) masks.push_back(rasterise_polygon(part, height, width));
  return unite(masks);
}

Rle rasterise_box(const CornerBox& box, int64_t height, int64_t width) {
  const double right = box.x + box.width, bottom = box.y + box.height;
  const double points[] = {box.x, box.y, box.x, bottom, right, bottom, right, box.y};
  return rasterise_polygon(points, height, width);
}

}  // namespace itpn
