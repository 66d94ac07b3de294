#include "itpn/core/image_size.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

TEST(ImageSize, OneNumberIsASquareAndHeightComesFirst) {
  EXPECT_EQ(parse_image_size("224"), ImageSize(224, 224));
  EXPECT_EQ(parse_image_size("96x160"), ImageSize(96, 160));
  EXPECT_EQ(to_text(ImageSize(224)), "224");
  EXPECT_EQ(to_text(ImageSize(96, 160)), "96x160");
}

TEST(ImageSize, AnythingElseIsNoSize) {
  for (const char* text :
       {"", "0", "-16", "96x", "x160", "96x0", "96x160x3", "96 x 160", "96X160", "96*160", "1e2", "65537", "+16"}) {
    EXPECT_FALSE(parse_image_size(text)) << text;
  }
}

TEST(ImageSize, GridsHaveRowsForTheHeight) {
  EXPECT_EQ(patch_grid({96, 160}, 16), (PatchGrid{6, 10}));
  EXPECT_TRUE(divides(16, {96, 160}));
  EXPECT_FALSE(divides(16, {96, 161}));
  EXPECT_FALSE(divides(16, {95, 160}));
}

TEST(ImageSize, NearestSizeDividesAndIsNeverEmpty) {
  EXPECT_EQ(nearest_size({100, 150}, 16), ImageSize(96, 144));
  EXPECT_EQ(nearest_size({1, 24}, 16), ImageSize(16, 32));
}

}  // namespace
}  // namespace itpn
