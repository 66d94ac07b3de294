// Anchors, assigner, sampler, heads and losses of a detector.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <set>

#include "itpn/models/detection/detection_maps.h"
#include "itpn/models/detection/detections.h"
#include "itpn/models/detection/proposals.h"
#include "itpn/models/detection/roi_head.h"
#include "itpn/models/detection/rpn_loss.h"

namespace itpn {
namespace {

RandomStream test_stream(uint64_t position) { return {7, Purpose::kTest, 0, position}; }

TEST(DetectionMaps, PutSubTokensWhereTheyLieInThePicture) {
  const torch::Tensor level = torch::arange(24.0F).view({1, 6, 2, 2, 1});  // 2 x 3 patches
  const torch::Tensor map = tokens_to_map(level, 3)[0][0];
  EXPECT_TRUE(torch::equal(map[0], torch::tensor({0.F, 1.F, 4.F, 5.F, 8.F, 9.F})));
  EXPECT_TRUE(torch::equal(map[3], torch::tensor({14.F, 15.F, 18.F, 19.F, 22.F, 23.F})));
}

TEST(DetectionMaps, GoFromFineToCoarseAndLeaveOddCellsOut) {
  std::vector<torch::Tensor> levels;
  for (const int64_t n : {1, 2, 4}) levels.push_back(torch::ones({2, 15, n, n, 8}));  // 3 x 5 patches
  std::vector<int64_t> rows;
  for (const torch::Tensor& map : detection_maps(levels, 5)) rows.push_back(map.size(2));
  EXPECT_EQ(rows, (std::vector<int64_t>{12, 6, 3, 1, 1}));
}

TEST(Anchors, HaveTheAreaOfASquareOfEightStrides) {
  const at::Tensor anchors = base_anchors({}, 4);
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(((anchors[i][2] - anchors[i][0]) * (anchors[i][3] - anchors[i][1])).item<double>(), 32.0 * 32.0, 0.01);
  }
  EXPECT_NEAR((anchors[2][3] / anchors[2][2]).item<double>(), 2.0, 1e-5);
}

TEST(Anchors, BelongToCellsOnThePictureOnly) {
  const at::Tensor on = are_on_picture({}, 8, {4, 5}, {24, 40}, at::kCPU);  // a batch one row of cells higher
  EXPECT_EQ(on.sum().item<int64_t>(), 3 * 5 * 3);
  EXPECT_FALSE(on[3 * 5 * 3].item<bool>());
}

TEST(Assigner, LeavesBoxesBetweenTheThresholdsUnused) {
  const at::Tensor object = torch::tensor({{0.F, 0.F, 10.F, 10.F}});
  const at::Tensor boxes = torch::tensor({{0.F, 0.F, 10.F, 8.F}, {0.F, 0.F, 10.F, 5.F}, {0.F, 0.F, 10.F, 1.F}});
  const Assignment found = assign(boxes, object, {.positive = 0.7, .negative = 0.3, .least_best = 0.3});
  EXPECT_TRUE(torch::equal(found.objects, torch::tensor({1, -1, 0})));
}

TEST(Assigner, GivesAnObjectItsBestBoxHoweverPoor) {
  const at::Tensor object = torch::tensor({{0.F, 0.F, 10.F, 10.F}});
  const at::Tensor box = torch::tensor({{0.F, 0.F, 10.F, 4.F}});
  EXPECT_EQ(assign(box, object, {.positive = 0.7, .negative = 0.3, .least_best = 0.3}).objects.item<int64_t>(), 1);
  EXPECT_EQ(assign(box, object, {.positive = 0.7, .negative = 0.3, .least_best = 0.3, .keep_best = false})
                .objects.item<int64_t>(),
            -1);
}

TEST(Sampler, DrawsRisingSubsetsThatReachEveryNumber) {
  std::set<int64_t> seen;
  for (uint64_t i = 0; i < 60; ++i) {
    RandomStream stream = test_stream(i);
    const std::vector<int64_t> subset = random_subset(stream, 10, 4);
    EXPECT_EQ(std::set<int64_t>(subset.begin(), subset.end()).size(), 4);
    EXPECT_TRUE(std::is_sorted(subset.begin(), subset.end()));
    seen.insert(subset.begin(), subset.end());
  }
  EXPECT_EQ(seen.size(), 10);
}

TEST(Sampler, DependsOnThePositionAlone) {
  const DrawKey together = {3, 1, {8, 9}}, alone = {3, 1, {9}};
  std::vector<RandomStream> two = sampling_streams(together), one = sampling_streams(alone);
  EXPECT_EQ(random_subset(two[1], 1000, 20), random_subset(one[0], 1000, 20));
  EXPECT_NE(random_subset(two[0], 1000, 20), random_subset(two[1], 1000, 20));
}

TEST(Sampler, FillsUpWithBackgroundAndLimitsObjects) {
  const at::Tensor objects = torch::cat({torch::ones({50}, torch::kInt64), torch::zeros({100}, torch::kInt64)});
  RandomStream stream = test_stream(0);
  const Sample found = sample(objects, {.count = 40, .positive = 0.25}, stream);
  EXPECT_EQ(found.positives.size(0), 10);
  EXPECT_EQ(found.negatives.size(0), 30);
  EXPECT_GE(found.negatives.min().item<int64_t>(), 50);
}

TEST(RoiSamples, PutTheObjectsOwnBoxesInFront) {
  const PictureObjects known = {torch::tensor({{0.F, 0.F, 9.F, 9.F}}), torch::tensor({4})};
  const at::Tensor candidates = torch::tensor({{20.F, 20.F, 30.F, 30.F}, {0.F, 0.F, 9.F, 8.F}});
  std::vector<RandomStream> streams = {test_stream(0)};
  const RoiSamples found = sample_rois({candidates}, {known}, {{}, {}, 80}, streams);
  EXPECT_TRUE(torch::equal(found.labels, torch::tensor({4, 4, 80})));
  EXPECT_TRUE(torch::equal(found.is_object, torch::tensor({true, false, false})));
  EXPECT_TRUE(torch::equal(found.rois[1].slice(0, 1), candidates[1]));
}

TEST(MaskTargets, LeaveOutObjectsWithoutAMask) {
  PictureObjects known = {torch::tensor({{0.F, 0.F, 8.F, 8.F}, {8.F, 8.F, 16.F, 16.F}}), torch::tensor({0, 1})};
  known.masks = torch::ones({2, 16, 16}, torch::kUInt8);
  known.has_mask = torch::tensor({false, true});
  std::vector<RandomStream> streams = {test_stream(0)};
  const RoiSamples samples = sample_rois({torch::zeros({0, 4})}, {known}, {{}, {}, 80}, streams);
  const MaskTargets found = mask_targets_of(samples, {known}, 28);
  EXPECT_TRUE(torch::equal(found.rows, torch::tensor({1})));
  EXPECT_EQ(found.targets.mean().item<float>(), 1.0F);
}

TEST(SelectDetections, GivesABoxEachOfItsClassesAboveTheScore) {
  const at::Tensor boxes = torch::tensor({{0.F, 0.F, 9.F, 9.F, 1.F, 1.F, 9.F, 9.F}});
  const at::Tensor scores = torch::tensor({{0.3F, 0.65F, 0.05F}});
  const Detections found = select_detections(boxes, scores, {});
  EXPECT_TRUE(torch::equal(found.labels, torch::tensor({1, 0})));
  EXPECT_TRUE(torch::equal(found.boxes[0], torch::tensor({1.F, 1.F, 9.F, 9.F})));
  EXPECT_EQ(select_detections(boxes, scores, {.least_score = 0.7}).labels.size(0), 0);
}

TEST(SelectDetections, MayDecayScoresInstead) {
  const at::Tensor boxes = torch::tensor({{0.F, 0.F, 9.F, 9.F}, {0.F, 0.F, 9.F, 8.F}});
  const at::Tensor scores = torch::tensor({{0.9F, 0.1F}, {0.8F, 0.2F}});
  EXPECT_EQ(select_detections(boxes, scores, {}).scores.size(0), 1);
  DetectionConfig config;
  config.soft = ops::SoftNmsConfig{ops::Decay::kLinear, 0.5, 0.5, 0.05};
  EXPECT_EQ(select_detections(boxes, scores, config).scores.size(0), 2);
}

}  // namespace
}  // namespace itpn
