#include "itpn/structures/box.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

TEST(Box, CountsNoPixelTwiceAndNoneTooMany) {
  const Box box{2, 3, 5, 7};
  EXPECT_EQ(box.width(), 3);
  EXPECT_EQ(box.height(), 4);
  EXPECT_EQ(box.area(), 12);
}

TEST(Box, IsClippedToThePicture) {
  EXPECT_EQ(clip(Box{-3, 2, 9, 4}, 8, 3), (Box{0, 2, 8, 3}));
  EXPECT_EQ(clip(Box{10, 5, 12, 9}, 8, 3), (Box{8, 3, 8, 3}));
}

TEST(CocoIou, IsTheSharePixelsHaveInCommon) {
  const CornerBox a{0, 0, 4, 2}, b{2, 0, 4, 2};
  EXPECT_EQ(coco_iou(a, b, false), 4.0 / 12.0);
  EXPECT_EQ(coco_iou(a, a, false), 1.0);
}

TEST(CocoIou, OfACrowdIsTheShareOfTheDetection) { EXPECT_EQ(coco_iou({0, 0, 4, 2}, {2, 0, 100, 100}, true), 0.5); }

TEST(CocoIou, IsZeroForBoxesThatOnlyTouchOrHaveNoSize) {
  EXPECT_EQ(coco_iou({0, 0, 4, 2}, {4, 0, 4, 2}, false), 0.0);
  EXPECT_EQ(coco_iou({1, 1, 0, 0}, {0, 0, 4, 2}, false), 0.0);
  EXPECT_EQ(coco_iou({1, 1, 0, 0}, {1, 1, 0, 0}, true), 0.0);
}

}  // namespace
}  // namespace itpn
