#include "itpn/ops/nms.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/ops/soft_nms.h"

namespace itpn::ops {
namespace {

// Boxes that overlap in chains, with scores that repeat.
struct Crowd {
  explicit Crowd(int64_t count) {
    torch::manual_seed(count);
    const at::Tensor corner = torch::rand({count, 2}) * 60, size = torch::rand({count, 2}) * 20;
    boxes = torch::cat({corner, corner + size}, 1);
    scores = torch::randint(0, 50, {count}) / 50.0;
  }
  at::Tensor boxes, scores;
};

TEST(Nms, GivesTheSameByKernelAndByMatrix) {
  for (const int64_t count : {0, 1, 63, 64, 65, 500}) {
    const Crowd crowd(count);
    for (const double threshold : {0.0, 0.3, 0.7}) {
      EXPECT_TRUE(
          torch::equal(nms(crowd.boxes, crowd.scores, threshold), nms_by_matrix(crowd.boxes, crowd.scores, threshold)))
          << count << " boxes at " << threshold;
    }
  }
}

TEST(Nms, KeepsABoxWhoseOverlapIsExactlyTheThreshold) {
  const at::Tensor boxes = torch::tensor({{0.0F, 0.0F, 2.0F, 1.0F}, {0.0F, 0.0F, 1.0F, 1.0F}});  // IoU 1/2
  const at::Tensor scores = torch::tensor({0.9F, 0.8F});
  EXPECT_EQ(nms(boxes, scores, 0.5).numel(), 2);
  EXPECT_EQ(nms(boxes, scores, 0.49).numel(), 1);
}

TEST(Nms, LetsBoxesWithoutAnAreaBe) { EXPECT_EQ(nms(torch::ones({3, 4}), torch::ones({3}), 0.5).numel(), 3); }

TEST(Nms, TakesTheLowerIndexOfEqualScores) {
  const at::Tensor boxes = torch::tensor({{0.0F, 0.0F, 1.0F, 1.0F}}).repeat({4, 1});
  EXPECT_EQ(nms(boxes, torch::full({4}, 0.5F), 0.5).item<int64_t>(), 0);
}

TEST(BatchedNms, LeavesBoxesOfOtherIdsAlone) {
  const at::Tensor boxes = torch::tensor({{0.0F, 0.0F, 1.0F, 1.0F}}).repeat({4, 1});
  const at::Tensor keep = batched_nms(boxes, torch::tensor({0.1F, 0.2F, 0.3F, 0.4F}), torch::tensor({1, 0, 1, 0}), 0.5);
  EXPECT_TRUE(torch::equal(keep, torch::tensor({3, 2})));
}

// From kMostTogether boxes on the work is done id by id.
TEST(BatchedNms, GivesTheSameAboveTheLimitAsTogether) {
  const Crowd crowd(kMostTogether + 50);
  const at::Tensor ids = torch::arange(kMostTogether + 50) % 7;
  const at::Tensor keep = batched_nms(crowd.boxes, crowd.scores, ids, 0.5);
  const at::Tensor apart = crowd.boxes + (ids * (crowd.boxes.max() + 1)).unsqueeze(1);
  EXPECT_TRUE(torch::equal(keep, nms(apart, crowd.scores, 0.5)));
}

TEST(SoftNms, DecaysInsteadOfDropping) {
  const at::Tensor boxes = torch::tensor({{0.0F, 0.0F, 2.0F, 1.0F}, {0.0F, 0.0F, 1.0F, 1.0F}});  // IoU 1/2
  const SoftNmsResult found = soft_nms(boxes, torch::tensor({0.8F, 0.9F}), {Decay::kLinear, 0.3, 0.5, 0.001});
  EXPECT_TRUE(torch::equal(found.indices, torch::tensor({1, 0})));
  EXPECT_TRUE(torch::allclose(found.scores, torch::tensor({0.9F, 0.4F})));
}

TEST(SoftNms, OfIdenticalBoxesIsNms) {
  const SoftNmsResult found = soft_nms(torch::ones({3, 4}).cumsum(1), torch::tensor({0.5F, 0.7F, 0.6F}), {});
  EXPECT_EQ(found.indices.numel(), 1);
}

}  // namespace
}  // namespace itpn::ops
