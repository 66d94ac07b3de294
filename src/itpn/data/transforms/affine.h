// Shearing, shifting and turning of pictures, equal to Pillow 9.5 byte for byte (spec of the recipes, 5.3): a cubic
// with A = -1 over 4 x 4 neighbours in double precision, cut off. The order of the operations is part of the result.
#pragma once

#include <span>
#include <vector>

#include "itpn/data/transforms/rgb_pixels.h"

namespace itpn {

// Output pixel (x, y) shows the input at (a X + b Y + c, d X + e Y + f), where X = x + 0.5 and Y = y + 0.5.
struct AffineMap {
  double a = 1.0, b = 0.0, c = 0.0;
  double d = 0.0, e = 1.0, f = 0.0;
};

// Counter-clockwise by `degrees` about the centre.
AffineMap rotation(double degrees, int width, int height);
AffineMap shear_x(double slope);
AffineMap shear_y(double slope);
// The picture moves left by x and up by y pixels.
AffineMap translation(double x, double y);

// One output row of `width` pixels at height `y` from a picture whose memory ends at least kAffineSlack bytes after its
// last pixel.
inline constexpr size_t kAffineSlack = 4;
struct AffineRow {
  RgbPixels source;
  const AffineMap& map;
  RgbColor fill;
  int y = 0;
  uint8_t* into = nullptr;
};

struct AffineKernel {
  const char* name;
  void (*row)(const AffineRow&);
};

// The plain one.
const AffineKernel& scalar_affine_kernel();
// Those that this processor can run, slowest first; the first is the plain one. All give the same bytes.
std::span<const AffineKernel* const> usable_affine_kernels();

// Replaces the picture; what lies outside of it comes in as `fill`. `scratch` is memory to reuse.
void transform_affine(const RgbPixels& picture, const AffineMap& map, const RgbColor& fill,
                      std::vector<uint8_t>& scratch, const AffineKernel& kernel = *usable_affine_kernels().back());

// Only for the machine that it names; see usable_affine_kernels.
extern const AffineKernel kAvx2AffineKernel;

}  // namespace itpn
