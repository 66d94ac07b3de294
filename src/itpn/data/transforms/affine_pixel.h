// What the affine kernels share: where an output pixel lies in the input, and the plain way to compute it.
#pragma once

#include <algorithm>
#include <cmath>

#include "itpn/data/transforms/affine.h"

namespace itpn {

// The place of a pixel: its 4 x 4 neighbours begin at (x, y), and it lies (dx, dy) after the second of them.
struct AffinePlace {
  bool is_inside = false;
  int x = 0, y = 0;
  double dx = 0.0, dy = 0.0;
};

// Both coordinates below are at least -0.5, so that floor is a matter of one comparison.
inline int floor_to_int(double value) { return value < 0.0 ? -1 : static_cast<int>(value); }

inline AffinePlace place_of(const AffineRow& row, int column) {
  const double X = column + 0.5, Y = row.y + 0.5;
  const AffineMap& m = row.map;
  double x = m.a * X + m.b * Y + m.c, y = m.d * X + m.e * Y + m.f;
  AffinePlace place;
  if (!(x >= 0.0 && x < row.source.width && y >= 0.0 && y < row.source.height)) return place;
  x -= 0.5;
  y -= 0.5;
  const int left = floor_to_int(x), top = floor_to_int(y);
  return {true, left - 1, top - 1, x - left, y - top};
}

// Through v1, v2, v3, v4 at -1, 0, 1, 2, evaluated at d in [0, 1).
inline double cubic(double v1, double v2, double v3, double v4, double d) {
  const double linear = -v1 + v3;
  const double square = 2.0 * (v1 - v2) + v3 - v4;
  const double cube = -v1 + v2 - v3 + v4;
  return v2 + d * (linear + d * (square + d * cube));
}

inline uint8_t cut_to_byte(double value) {
  return value <= 0.0 ? 0 : value >= 255.0 ? 255 : static_cast<uint8_t>(value);
}

// The pixel at a place inside of the picture; neighbours outside of it are those of the border.
inline void plain_pixel(const RgbPixels& source, const AffinePlace& place, uint8_t* into) {
  size_t columns[4];
  for (int i = 0; i < 4; ++i) columns[i] = 3 * static_cast<size_t>(std::clamp(place.x + i, 0, source.width - 1));
  for (int c = 0; c < 3; ++c) {
    double rows[4];
    for (int i = 0; i < 4; ++i) {
      const uint8_t* const from = source.row(std::clamp(place.y + i, 0, source.height - 1)) + c;
      rows[i] = cubic(from[columns[0]], from[columns[1]], from[columns[2]], from[columns[3]], place.dx);
    }
    into[c] = cut_to_byte(cubic(rows[0], rows[1], rows[2], rows[3], place.dy));
  }
}

}  // namespace itpn
