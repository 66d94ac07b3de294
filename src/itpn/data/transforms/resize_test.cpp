#include "itpn/data/transforms/resize.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "itpn/core/philox.h"
#include "itpn/data/transforms/random_image_for_test.h"
#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

Image run(const ResampleKernels& kernels, const ResizeJob& job, const Image& image) {
  const ResizePlan plan(job);
  Image result(plan.width(), plan.height(), 3);
  Resizer(kernels).run(plan, crop_image(image, plan.source()), result.pixels.data());
  return result;
}

TEST(Resize, VectorKernelsGiveTheBytesOfTheScalarOnes) {
  RandomStream draws(1, Purpose::kTest, 0, 0);
  for (int i = 0; i < 300; ++i) {
    const int most = i % 10 == 0 ? 700 : 90;
    ResizeJob job;
    job.in_width = static_cast<int>(draws.integer(1, most));
    job.in_height = static_cast<int>(draws.integer(1, most));
    job.full_width = static_cast<int>(draws.integer(1, 120));
    job.full_height = static_cast<int>(draws.integer(1, 120));
    const int left = static_cast<int>(draws.integer(0, job.full_width - 1));
    const int top = static_cast<int>(draws.integer(0, job.full_height - 1));
    job.window = {left, top, static_cast<int>(draws.integer(1, job.full_width - left)),
                  static_cast<int>(draws.integer(1, job.full_height - top))};
    job.is_mirrored = draws.uniform() < 0.5;
    job.filter = static_cast<ResizeFilter>(draws.integer(0, 2));
    const Image image = test::random_image(job.in_width, job.in_height, i);
    const Image expected = run(scalar_resample_kernels(), job, image);
    for (const auto* kernels : usable_resample_kernels()) {
      ASSERT_EQ(run(*kernels, job, image).pixels, expected.pixels)
          << kernels->name << " " << job.in_width << "x" << job.in_height << " to " << job.full_width << "x"
          << job.full_height << " window " << left << "," << top << " " << job.window.width << "x" << job.window.height;
    }
  }
}

TEST(Resize, AWindowIsThatPartOfTheWholeResize) {
  const Image image = test::random_image(61, 47, 5);
  const Image whole = resize(image, 33, 40, ResizeFilter::kBicubic);
  ResizeJob job = whole_resize(61, 47, 33, 40, ResizeFilter::kBicubic);
  job.window = {7, 9, 20, 13};
  const Image part = run(scalar_resample_kernels(), job, image);
  for (int y = 0; y < 13; ++y) {
    EXPECT_TRUE(std::equal(part.row(y), part.row(y) + 60, whole.row(9 + y) + 21)) << "row " << y;
  }
}

TEST(Resize, MirroringTurnsTheOutputRoundNotTheInput) {
  const Image image = test::random_image(50, 20, 6);
  ResizeJob job = whole_resize(50, 20, 31, 20, ResizeFilter::kLanczos);
  const Image plain = run(scalar_resample_kernels(), job, image);
  job.is_mirrored = true;
  const Image mirrored = run(scalar_resample_kernels(), job, image);
  for (int x = 0; x < 31; ++x) {
    for (int c = 0; c < 3; ++c) EXPECT_EQ(mirrored.row(4)[3 * x + c], plain.row(4)[3 * (30 - x) + c]);
  }
}

TEST(Resize, AConstantPictureStaysConstant) {
  Image image(37, 53, 3);
  std::fill(image.pixels.begin(), image.pixels.end(), uint8_t{200});
  const Image small = resize(image, 11, 90, ResizeFilter::kLanczos);
  EXPECT_EQ(std::count(small.pixels.begin(), small.pixels.end(), 200), 11 * 90 * 3);
}

TEST(Resize, ReadsOnlyWhatTheWindowNeeds) {
  ResizeJob job = whole_resize(1000, 100, 100, 100, ResizeFilter::kBicubic);
  job.window = {50, 0, 1, 100};
  // Output 50 looks at 505 +- 2 * 10 input samples.
  const Rect source = ResizePlan(job).source();
  EXPECT_EQ(source.left, 485);
  EXPECT_EQ(source.width, 40);
}

}  // namespace
}  // namespace itpn
