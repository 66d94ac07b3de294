#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/ops/mask_paste.h"
#include "itpn/ops/mask_targets.h"
#include "itpn/ops/roi_align.h"

namespace itpn::ops {
namespace {

// Two objects in a picture of 40 x 60: the left half, and everything.
at::Tensor two_masks() {
  at::Tensor masks = torch::zeros({2, 40, 60}, torch::kUInt8);
  masks[0].slice(1, 0, 30).fill_(1);
  masks[1].fill_(1);
  return masks;
}

TEST(MaskTargets, ShowTheObjectAsItLooksInsideTheBox) {
  const at::Tensor boxes = torch::tensor({{16.0F, 0.0F, 44.0F, 28.0F}}).repeat({2, 1});
  const at::Tensor targets = mask_targets(two_masks(), boxes, torch::tensor({0, 1}), 28);
  EXPECT_EQ(targets[0].slice(1, 0, 14).mean().item<float>(), 1.0F);
  EXPECT_EQ(targets[0].slice(1, 14).sum().item<float>(), 0.0F);
  EXPECT_EQ(targets[1].mean().item<float>(), 1.0F);
}

TEST(MaskTargets, AreCoveredAsRoiAlignSays) {
  const at::Tensor boxes = torch::tensor({{3.2F, 1.0F, 57.7F, 33.3F}, {28.0F, 5.0F, 31.0F, 9.0F}});
  const at::Tensor found = mask_coverage(two_masks(), boxes, torch::tensor({0, 0}), 14);
  const at::Tensor rois = torch::cat({torch::zeros({2, 1}), boxes}, 1);
  const at::Tensor twin = roi_align_by_matrix(two_masks().to(torch::kFloat32).unsqueeze(1), rois, 1.0, {14, 14});
  EXPECT_TRUE(torch::allclose(found, twin.squeeze(1), 1e-5, 1e-6));
}

TEST(MaskPaste, FillsTheBoxOfAFullMaskAndNothingElse) {
  const at::Tensor pasted =
      paste_masks(torch::ones({1, 28, 28}), torch::tensor({{10.0F, 5.0F, 20.0F, 15.0F}}), {30, 40});
  EXPECT_EQ(pasted.sum().item<int64_t>(), 100);
  EXPECT_EQ(pasted[0].slice(0, 5, 15).slice(1, 10, 20).sum().item<int64_t>(), 100);
}

TEST(MaskPaste, GivesWhatTheWholePicturesProbabilitiesGiveNearTheBox) {
  torch::manual_seed(5);
  const at::Tensor masks = torch::rand({3, 28, 28});
  const at::Tensor boxes =
      torch::tensor({{-5.3F, 2.1F, 20.7F, 31.0F}, {8.0F, 8.0F, 9.5F, 30.0F}, {100.0F, 3.0F, 120.0F, 9.0F}});
  const PasteConfig config = {30, 40};
  const at::Tensor expected = (spread_masks(masks, boxes, config) >= 0.5).to(torch::kUInt8);
  EXPECT_TRUE(torch::equal(paste_masks(masks, boxes, config), expected));
}

}  // namespace
}  // namespace itpn::ops
