#include "itpn/models/detection/detection_input.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/data/detection_packing.h"

namespace itpn {
namespace {

Image patterned(int width, int height, int step) {
  Image picture(width, height, 3);
  for (size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = static_cast<uint8_t>(i * step % 256);
  return picture;
}

// As large as they are, so that nothing is resized: 40 x 30 and 24 x 44, padded to multiples of 16.
std::vector<Image> unlike_pictures() { return {patterned(40, 30, 7), patterned(24, 44, 13)}; }

DetectionBatch batch_of(std::vector<Image> pictures) {
  DetectionBatch batch;
  batch.count = static_cast<int64_t>(pictures.size());
  for (const Image& picture : pictures) {
    DetectionSample made;
    const PictureSize size{picture.width, picture.height};
    DetectionPlan plan;
    plan.size = size;
    batch.pictures.push_back(describe_picture(size, plan, made, 16));
  }
  pack_pictures(pictures, batch);
  return batch;
}

TEST(DetectorInput, HasTheBitsOfThePublishedNormalisation) {
  const std::vector<Image> pictures = unlike_pictures();
  const DetectorInput input = detector_input(batch_of(unlike_pictures()), {}, torch::kCPU);
  ASSERT_EQ(input.images.sizes().vec(), (std::vector<int64_t>{2, 3, 48, 48}));
  for (int64_t i = 0; i < 2; ++i) {
    const at::Tensor expected = torch::empty({3, 48, 48});
    normalise_padded(pictures[static_cast<size_t>(i)], {}, {48, 48}, expected.mutable_data_ptr<float>());
    EXPECT_TRUE(torch::equal(input.images[i], expected)) << i;
  }
}

TEST(DetectorInput, KnowsTheSizesOfEachPicture) {
  DetectionBatch batch = batch_of(unlike_pictures());
  batch.pictures[1].factor_x = 1.5F;
  batch.pictures[1].factor_y = 0.5F;
  const DetectorInput input = detector_input(batch, {}, torch::kCPU);
  EXPECT_EQ(input.pictures[1].size.height, 44);
  EXPECT_EQ(input.pictures[1].size.width, 24);
  EXPECT_EQ(input.pictures[1].padded.width, 32);
  EXPECT_EQ(input.pictures[1].scale, (std::array<float, 4>{1.5F, 0.5F, 1.5F, 0.5F}));
}

TEST(DetectorInput, WantsStatisticsOfEachChannel) {
  EXPECT_THROW(detector_input(batch_of(unlike_pictures()), {{0.5}, {0.5}}, torch::kCPU), c10::Error);
}

TEST(ObjectsOf, HaveMasksOfTheBatchWhereTheyAreKnown) {
  DetectionBatch batch = batch_of(unlike_pictures());
  Instances& own = batch.pictures[0].instances;
  own.boxes = {{2, 3, 6, 5}, {0, 0, 10, 10}};
  own.labels = {4, 1};
  own.masks = {rasterise_box({2, 3, 4, 2}, 30, 40), {}};
  batch.pictures[1].instances.boxes = {{1, 1, 2, 2}};
  batch.pictures[1].instances.labels = {0};
  const auto objects = objects_of(batch, torch::kCPU);
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_TRUE(torch::equal(objects[0].boxes, torch::tensor({{2.F, 3.F, 6.F, 5.F}, {0.F, 0.F, 10.F, 10.F}})));
  EXPECT_TRUE(torch::equal(objects[0].labels, torch::tensor({4, 1}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(objects[0].has_mask, torch::tensor({true, false})));
  const at::Tensor expected = torch::zeros({2, 48, 48}, torch::kUInt8);
  expected[0].slice(0, 3, 5).slice(1, 2, 6).fill_(1);
  EXPECT_TRUE(torch::equal(objects[0].masks, expected));
  EXPECT_FALSE(objects[1].masks.defined());  // boxes only
}

TEST(ObjectsOf, APictureWithoutObjectsHasEmptyTensors) {
  const auto objects = objects_of(batch_of(unlike_pictures()), torch::kCPU);
  EXPECT_EQ(objects[0].boxes.sizes().vec(), (std::vector<int64_t>{0, 4}));
  EXPECT_EQ(objects[0].labels.sizes().vec(), (std::vector<int64_t>{0}));
  EXPECT_EQ(objects[0].masks.sizes().vec(), (std::vector<int64_t>{0, 48, 48}));
}

}  // namespace
}  // namespace itpn
