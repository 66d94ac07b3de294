#include "itpn/data/transforms/affine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "itpn/core/philox.h"
#include "itpn/data/transforms/random_image_for_test.h"

namespace itpn {
namespace {

constexpr RgbColor kFill{124, 116, 104};

Image changed(Image image, const AffineMap& map, const AffineKernel& kernel) {
  std::vector<uint8_t> scratch;
  transform_affine({image.pixels.data(), image.width, image.height}, map, kFill, scratch, kernel);
  return image;
}

AffineMap random_map(RandomStream& draws, int width, int height) {
  switch (draws.integer(0, 4)) {
    case 0:
      return rotation(draws.uniform(-180.0, 180.0), width, height);
    case 1:
      return shear_x(draws.uniform(-0.5, 0.5));
    case 2:
      return shear_y(draws.uniform(-0.5, 0.5));
    case 3:
      return translation(draws.uniform(-1.0, 1.0) * width, draws.uniform(-1.0, 1.0) * height);
    default:
      return {draws.uniform(-2.0, 2.0), draws.uniform(-2.0, 2.0), draws.uniform(-50.0, 50.0),
              draws.uniform(-2.0, 2.0), draws.uniform(-2.0, 2.0), draws.uniform(-50.0, 50.0)};
  }
}

TEST(Affine, VectorKernelsGiveTheBytesOfTheScalarOne) {
  RandomStream draws(1, Purpose::kTest, 0, 0);
  for (int i = 0; i < 500; ++i) {
    const auto width = static_cast<int>(draws.integer(1, 70)), height = static_cast<int>(draws.integer(1, 70));
    const AffineMap map = random_map(draws, width, height);
    const Image image = test::random_image(width, height, static_cast<uint64_t>(i));
    const Image expected = changed(image, map, scalar_affine_kernel());
    for (const AffineKernel* kernel : usable_affine_kernels()) {
      ASSERT_EQ(changed(image, map, *kernel).pixels, expected.pixels)
          << kernel->name << " " << width << "x" << height << ", map " << map.a << " " << map.b << " " << map.c << " "
          << map.d << " " << map.e << " " << map.f;
    }
  }
}

TEST(Affine, MovesByWholePixelsAndFillsWhatComesIn) {
  const Image image = test::random_image(9, 6, 7);
  for (const AffineKernel* kernel : usable_affine_kernels()) {
    const Image moved = changed(image, translation(2.0, -1.0), *kernel);
    for (int y = 0; y < 6; ++y) {
      for (int x = 0; x < 9; ++x) {
        const bool is_inside = x + 2 < 9 && y >= 1;
        const uint8_t* const expected = is_inside ? image.row(y - 1) + 3 * (x + 2) : kFill.data();
        EXPECT_TRUE(std::equal(expected, expected + 3, moved.row(y) + 3 * x)) << x << " " << y;
      }
    }
  }
}

TEST(Affine, AQuarterTurnGoesCounterClockwise) {
  const Image image = test::random_image(8, 8, 8);
  const Image turned = changed(image, rotation(90.0, 8, 8), scalar_affine_kernel());
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      EXPECT_TRUE(std::equal(turned.row(y) + 3 * x, turned.row(y) + 3 * x + 3, image.row(x) + 3 * (7 - y)));
    }
  }
}

TEST(Affine, NoChangeLeavesEveryByte) {
  const Image image = test::random_image(31, 17, 9);
  for (const AffineKernel* kernel : usable_affine_kernels()) {
    EXPECT_EQ(changed(image, rotation(0.0, 31, 17), *kernel).pixels, image.pixels);
    EXPECT_EQ(changed(image, shear_x(0.0), *kernel).pixels, image.pixels);
  }
}

}  // namespace
}  // namespace itpn
