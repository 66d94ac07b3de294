#include "itpn/io/free_place.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace itpn {
namespace {

constexpr double kCell = 3;  // units a side

int cells(double length) { return std::max(1, static_cast<int>(std::ceil(length / kCell))); }

}  // namespace

FreePlace::FreePlace(const Area& area)
    : area_(area),
      columns_(cells(area.width)),
      rows_(cells(area.height)),
      is_covered_(static_cast<size_t>(columns_) * static_cast<size_t>(rows_)) {}

void FreePlace::cover(const Point& point) {
  const int column = std::clamp(static_cast<int>((point.x - area_.left) / kCell), 0, columns_ - 1);
  const int row = std::clamp(static_cast<int>((point.y - area_.top) / kCell), 0, rows_ - 1);
  is_covered_[static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column)] = true;
}

void FreePlace::cover(const std::vector<Point>& polyline) {
  for (size_t i = 0; i < polyline.size(); ++i) {
    cover(polyline[i]);
    if (i == 0) continue;
    const Point &from = polyline[i - 1], &to = polyline[i];
    const int steps = cells(2 * std::hypot(to.x - from.x, to.y - from.y));
    for (int step = 1; step < steps; ++step) {
      const double share = static_cast<double>(step) / steps;
      cover({from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)});
    }
  }
}

bool FreePlace::is_free(const Area& place) const {
  const int top = static_cast<int>((place.top - area_.top) / kCell);
  const int left = static_cast<int>((place.left - area_.left) / kCell);
  const int bottom = std::min(rows_, cells(place.bottom() - area_.top));
  const int right = std::min(columns_, cells(place.right() - area_.left));
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      if (is_covered_[static_cast<size_t>(y) * static_cast<size_t>(columns_) + static_cast<size_t>(x)]) return false;
    }
  }
  return true;
}

std::optional<Point> FreePlace::find(double width, double height) const {
  const int columns = cells(width), rows = cells(height);
  const int last_column = columns_ - columns, last_row = rows_ - rows;
  std::optional<Point> best;
  int least = std::numeric_limits<int>::max();
  for (int row = 0; row <= last_row; ++row) {
    for (int column = 0; column <= last_column; ++column) {
      const int aside = std::min(column, last_column - column), below = std::min(row, last_row - row);
      if (aside > 0 && below > 0) continue;
      // Twice, to leave room for the order of the corners: right before left, upper before lower.
      const int order = 4 * (aside + below) + (column < last_column - column ? 2 : 0) + (row > last_row - row ? 1 : 0);
      if (order >= least) continue;
      // At the right and the lower edge the cells may reach beyond the area.
      const Point corner = {std::min(area_.left + column * kCell, area_.right() - width),
                            std::min(area_.top + row * kCell, area_.bottom() - height)};
      if (!is_free({corner.x, corner.y, width, height})) continue;
      least = order;
      best = corner;
    }
  }
  return best;
}

}  // namespace itpn
