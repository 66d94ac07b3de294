// From outlines to masks, pixel for pixel as COCO's tools do it: spec-detection 15.3, 15.4.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "itpn/structures/box.h"
#include "itpn/structures/rle.h"

namespace itpn {

// x0, y0, x1, y1, ...; the last point is joined with the first.
using Polygon = std::vector<double>;

// Farther from the picture's corner than this, in pixels, no point may lie: each pixel of an edge costs time.
inline constexpr double kFarthestPoint = 1e5;

// The pixels inside; none where there are fewer than three points. Throws data_error for a point too far away, and
// where there is half a point.
Rle rasterise_polygon(std::span<const double> points, int64_t height, int64_t width);
// The union of the parts of one object; without parts the empty mask.
Rle rasterise_polygons(std::span<const Polygon> parts, int64_t height, int64_t width);
Rle rasterise_box(const CornerBox& box, int64_t height, int64_t width);

}  // namespace itpn
