#include "itpn/models/mim/masking.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/core/errors.h"
#include "itpn/models/backbone/draws.h"
#include "itpn/models/mim/mim_config.h"

namespace itpn {
namespace {

TEST(Masking, HidesExactlyRatioOfPatches) {
  const PatchMask mask = mask_patches(torch::rand({3, 196}), 0.75);
  EXPECT_EQ(mask.ids_keep.size(1), 49);
  EXPECT_EQ(mask.ids_hidden.size(1), 147);
  EXPECT_TRUE(torch::equal(mask.is_hidden.sum(1), torch::full({3}, 147.0)));
}

TEST(Masking, KeepsThePatchesWithTheSmallestNoise) {
  const PatchMask mask = mask_patches(torch::tensor({{0.9, 0.1, 0.5, 0.3}}), 0.5);
  EXPECT_TRUE(torch::equal(mask.ids_keep, torch::tensor({{1, 3}})));
  EXPECT_TRUE(torch::equal(mask.ids_hidden, torch::tensor({{2, 0}})));
  EXPECT_TRUE(torch::equal(mask.ids_restore, torch::tensor({{3, 0, 2, 1}})));
  EXPECT_TRUE(torch::equal(mask.is_hidden, torch::tensor({{1.0F, 0.0F, 1.0F, 0.0F}})));
}

TEST(Masking, RefusesToHideNothingOrEverything) {
  EXPECT_THROW(kept_patches(196, 0.0), Error);
  EXPECT_THROW(kept_patches(196, 1.0), Error);
  EXPECT_THROW(kept_patches(4, 0.9), Error);
  EXPECT_EQ(kept_patches(16, 0.6), 6);
}

TEST(MaskNoise, OfASampleDependsOnItsPositionAlone) {
  const torch::Tensor batch = mask_noise({7, 3, {10, 11, 12}}, 64);
  EXPECT_TRUE(torch::equal(batch[1], mask_noise({7, 3, {11}}, 64)[0]));
  EXPECT_FALSE(torch::equal(batch[0], batch[1]));
  EXPECT_FALSE(torch::equal(batch[1], mask_noise({7, 4, {11}}, 64)[0]));
  EXPECT_FALSE(torch::equal(batch[1], mask_noise({8, 3, {11}}, 64)[0]));
  EXPECT_TRUE((batch.ge(0) & batch.lt(1)).all().item<bool>());
}

TEST(DropPathDraws, OfASampleAreOneColumn) {
  const torch::Tensor draws = drop_path_draws({7, 3, {10, 11}}, 5);
  EXPECT_EQ(draws.sizes(), at::IntArrayRef({5, 2}));
  EXPECT_TRUE(torch::equal(draws.slice(1, 1, 2), drop_path_draws({7, 3, {11}}, 5)));
  EXPECT_FALSE(torch::equal(draws.slice(1, 1, 2), mask_noise({7, 3, {11}}, 5).t()));
}

}  // namespace
}  // namespace itpn
