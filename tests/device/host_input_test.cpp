// What the host makes for a step comes to the device without a wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/models/clip/clip_vision.h"
#include "itpn/ops/erase.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/ops/mix_images.h"
#include "itpn/ops/resample_positions.h"
#include "itpn/ops/to_device.h"
#include "tests/device/device_audit.h"

namespace itpn {
namespace {

using test::DeviceAudit;
using ::testing::IsEmpty;

HostBatch small_batch() {
  HostBatch batch;
  batch.count = 2;
  batch.height = batch.width = 8;
  batch.channels = 3;
  batch.pixels.resize(2 * 8 * 8 * 3);
  batch.second_height = batch.second_width = 4;
  batch.second_pixels.resize(2 * 4 * 4 * 3);
  batch.erased.push_back({.image = 1, .top = 0, .left = 2, .height = 3, .width = 4, .noise_key = 7});
  return batch;
}

TEST(HostInput, ComesToTheDeviceWithoutAWait) {
  const HostBatch batch = small_batch();
  const DeviceAudit audit;
  at::Tensor images = ops::images_to_device(batch, {}, at::kMeta);
  ops::erase_boxes(images, batch.erased);
  const at::Tensor teacher = clip_input(ops::second_images_to_device(batch, at::kMeta), /*halves_contrast=*/true);
  const at::Tensor labels = ops::to_device(torch::tensor({1, 0}, torch::kInt64), at::kMeta);
  const at::Tensor targets = ops::soft_targets(labels, 5, 0.1, {.lambda = 0.3});
  const at::Tensor mixed = ops::mix_images(images, {.lambda = 0.3});
  for (const at::Tensor& made : {images, teacher, targets, mixed}) EXPECT_TRUE(made.is_meta());
  EXPECT_THAT(audit.mixed(), IsEmpty());
  EXPECT_THAT(audit.waits(), IsEmpty());
}

TEST(HostInput, ResampledPositionsComeWithoutAWait) {
  const at::Tensor table = torch::empty({1, 16, 8}, at::kMeta);
  const DeviceAudit audit;
  EXPECT_EQ(ops::resample_positions_at_run_time(table, 4, 5).sizes(), (std::vector<int64_t>{1, 20, 8}));
  EXPECT_THAT(audit.mixed(), IsEmpty());
  EXPECT_THAT(audit.waits(), IsEmpty());
}

}  // namespace
}  // namespace itpn
