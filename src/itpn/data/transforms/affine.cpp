#include "itpn/data/transforms/affine.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numbers>

#include "itpn/data/transforms/affine_pixel.h"

namespace itpn {
namespace {

void scalar_row(const AffineRow& row) {
  uint8_t* into = row.into;
  for (int x = 0; x < row.source.width; ++x, into += 3) {
    const AffinePlace place = place_of(row, x);
    if (place.is_inside) {
      plain_pixel(row.source, place, into);
    } else {
      std::memcpy(into, row.fill.data(), row.fill.size());
    }
  }
}

constexpr AffineKernel kScalarAffine{"scalar", scalar_row};

std::vector<const AffineKernel*> find_usable_affine() {
  std::vector<const AffineKernel*> found{&kScalarAffine};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) found.push_back(&kAvx2AffineKernel);
#endif
  return found;
}

// To 15 decimals in the nearest double, as a decimal text would give it.
double rounded_to_15_decimals(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.15f", value);
  return std::strtod(text, nullptr);
}

}  // namespace

AffineMap rotation(double degrees, int width, int height) {
  // Angles are brought to [0, 360) first: that decides the last bits of sine and cosine.
  double turn = std::fmod(degrees, 360.0);
  if (turn < 0.0) turn += 360.0;
  const double angle = -(turn * (std::numbers::pi / 180.0));
  AffineMap map;
  map.a = rounded_to_15_decimals(std::cos(angle));
  map.b = rounded_to_15_decimals(std::sin(angle));
  map.d = rounded_to_15_decimals(-std::sin(angle));
  map.e = rounded_to_15_decimals(std::cos(angle));
  const double x = width / 2.0, y = height / 2.0;
  map.c = map.a * -x + map.b * -y + x;
  map.f = map.d * -x + map.e * -y + y;
  return map;
}

AffineMap shear_x(double slope) {
  AffineMap map;
  map.b = slope;
  return map;
}

AffineMap shear_y(double slope) {
  AffineMap map;
  map.d = slope;
  return map;
}

AffineMap translation(double x, double y) {
  AffineMap map;
  map.c = x;
  map.f = y;
  return map;
}

const AffineKernel& scalar_affine_kernel() { return kScalarAffine; }

std::span<const AffineKernel* const> usable_affine_kernels() {
  static const std::vector<const AffineKernel*> kUsable = find_usable_affine();
  return kUsable;
}

void transform_affine(const RgbPixels& picture, const AffineMap& map, const RgbColor& fill,
                      std::vector<uint8_t>& scratch, const AffineKernel& kernel) {
  scratch.resize(picture.bytes() + kAffineSlack);
  std::memcpy(scratch.data(), picture.data, picture.bytes());
  const RgbPixels source{scratch.data(), picture.width, picture.height};
  for (int y = 0; y < picture.height; ++y) kernel.row({source, map, fill, y, picture.row(y)});
}

}  // namespace itpn
