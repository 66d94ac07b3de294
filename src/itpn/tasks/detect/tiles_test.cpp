#include "itpn/tasks/detect/tiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

namespace itpn {
namespace {

TEST(Tiles, CoverThePictureWithOverlap) {
  EXPECT_TRUE(tiles_of({100, 80}, 100).empty());
  for (const PictureSize& size : {PictureSize{101, 80}, PictureSize{400, 300}, PictureSize{1003, 97}}) {
    const std::vector<Rect> tiles = tiles_of(size, 100);
    std::vector<int> columns(static_cast<size_t>(size.width)), rows(static_cast<size_t>(size.height));
    for (const Rect& tile : tiles) {
      EXPECT_EQ(tile.width, std::min(100, size.width));
      EXPECT_EQ(tile.height, std::min(100, size.height));
      ASSERT_LE(tile.left + tile.width, size.width);
      ASSERT_LE(tile.top + tile.height, size.height);
      for (int x = 0; x < tile.width; ++x) ++columns[static_cast<size_t>(tile.left + x)];
      for (int y = 0; y < tile.height; ++y) ++rows[static_cast<size_t>(tile.top + y)];
    }
    EXPECT_THAT(columns, ::testing::Each(::testing::Gt(0)));
    EXPECT_THAT(rows, ::testing::Each(::testing::Gt(0)));
  }
  const std::vector<Rect> tiles = tiles_of({400, 100}, 100);
  ASSERT_EQ(tiles.size(), 5U);
  for (size_t i = 1; i < tiles.size(); ++i) EXPECT_LE(tiles[i].left - tiles[i - 1].left, 75);
}

FoundPicture found_in(int width, int height, const std::vector<Box>& boxes) {
  FoundPicture found;
  found.width = width;
  found.height = height;
  found.boxes = boxes;
  for (size_t i = 0; i < boxes.size(); ++i) {
    found.scores.push_back(0.9F - 0.1F * static_cast<float>(i));
    found.labels.push_back(0);
  }
  found.masks =
      torch::arange(static_cast<int64_t>(boxes.size())).reshape({-1, 1, 1}).expand({-1, 28, 28}).to(torch::kFloat32);
  return found;
}

TEST(Tiles, ObjectsThatAnInnerEdgeCutsAreLeftToOthers) {
  const FoundPicture found =
      found_in(100, 100, {{20, 20, 40, 40}, {0, 20, 40, 40}, {60, 50, 100, 80}, {20, 80, 40, 100}});
  const FoundPicture moved = moved_to_picture(found, {50, 0, 100, 100}, {400, 100});
  EXPECT_THAT(moved.boxes, ::testing::ElementsAre(Box{70, 20, 90, 40}, Box{70, 80, 90, 100}));
  EXPECT_EQ(moved.masks[1][0][0].item<float>(), 3.0F);
  EXPECT_EQ(moved.width, 400);
  EXPECT_EQ(moved_to_picture(found, {0, 0, 100, 100}, {100, 100}).count(), 4U);
}

TEST(Tiles, AnObjectThatSeveralShowIsFoundOnce) {
  FoundPicture whole = found_in(400, 100, {{10, 10, 50, 50}}),
               tile = found_in(400, 100, {{11, 10, 51, 50}, {200, 10, 240, 50}, {10, 10, 50, 50}});
  tile.scores[0] = 0.95F;
  tile.labels[2] = 1;
  const FoundPicture merged = merge_found({whole, tile}, 0.5, 100);
  EXPECT_THAT(merged.boxes, ::testing::ElementsAre(tile.boxes[0], tile.boxes[1], tile.boxes[2]));
  EXPECT_EQ(merged.masks[2][0][0].item<float>(), 2.0F);
  EXPECT_EQ(merge_found({whole, tile}, 0.5, 2).count(), 2U);
  EXPECT_EQ(merge_found({select(whole, {}), select(tile, {})}, 0.5, 2).count(), 0U);
}

}  // namespace
}  // namespace itpn
