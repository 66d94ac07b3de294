#include "itpn/tasks/pretrain/distill_masks.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace itpn {
namespace {

MaskConfig blocks() {
  MaskConfig config;
  config.kind = "blocks";
  return config;
}

TEST(DrawHidden, BlocksHideNearlyTheNumberWantedAndNeverMore) {
  DrawKey key{3, 1, {}};
  for (uint64_t i = 0; i < 64; ++i) key.positions.push_back(i);
  const torch::Tensor count = draw_hidden(key, blocks(), 14, 14).sum(1);
  EXPECT_LE(count.max().item<int64_t>(), 75);
  // A block of at least 16 patches, more or less rounded, is missed only where fewer than that are still to be hidden.
  EXPECT_GE(count.min().item<int64_t>(), 75 - 20);
}

TEST(DrawHidden, DependsOnTheSampleAloneNotOnItsBatch) {
  const torch::Tensor both = draw_hidden({3, 1, {5, 9}}, blocks(), 14, 14);
  EXPECT_TRUE(draw_hidden({3, 1, {9}}, blocks(), 14, 14)[0].equal(both[1]));
  EXPECT_FALSE(both[0].equal(both[1]));
  EXPECT_FALSE(draw_hidden({3, 2, {9}}, blocks(), 14, 14)[0].equal(both[1]));
}

TEST(DrawHidden, RandomPatchesAreTheShareAsked) {
  MaskConfig config;
  config.ratio = 0.75;
  EXPECT_TRUE(draw_hidden({0, 0, {1, 2, 3}}, config, 14, 14).sum(1).eq(147).all().item<bool>());
}

}  // namespace
}  // namespace itpn
