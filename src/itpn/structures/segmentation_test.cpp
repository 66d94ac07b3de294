#include "itpn/structures/segmentation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace itpn {
namespace {

using test::error_of;
using testing::HasSubstr;

TEST(Segmentation, IsTheSamePixelsInAnyForm) {
  const Rle rle = rasterise_box({1, 1, 2, 2}, 4, 5);
  const std::vector<Polygon> polygons = {{1, 1, 1, 3, 3, 3, 3, 1}};
  for (const Segmentation& mask : {Segmentation(rle), Segmentation(polygons), Segmentation(decode_rle(rle))}) {
    EXPECT_TRUE(has_mask(mask));
    EXPECT_EQ(to_rle(mask, 4, 5), rle);
    EXPECT_EQ(to_bitmap(mask, 4, 5), decode_rle(rle));
  }
}

TEST(Segmentation, OfAnotherSizeThanThePictureIsRefused) {
  for (const Segmentation& mask : {Segmentation(Rle{2, 3, {6}}), Segmentation(Bitmap(2, 3))}) {
    EXPECT_THAT(error_of(ExitCode::kData, [&] { to_rle(mask, 3, 2); }),
                HasSubstr("a mask of 3 x 2 pixels for a picture of 2 x 3"));
  }
  error_of(ExitCode::kData, [] { to_bitmap(Rle{2, 3, {5}}, 2, 3); });
}

TEST(Segmentation, ThatIsMissingIsSaid) {
  EXPECT_FALSE(has_mask({}));
  EXPECT_THAT(error_of(ExitCode::kData, [] { to_rle({}, 3, 2); }), HasSubstr("without a mask"));
}

}  // namespace
}  // namespace itpn
