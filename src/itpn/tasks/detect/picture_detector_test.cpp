#include "itpn/tasks/detect/picture_detector.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/data/detection_packing.h"
#include "itpn/tasks/detect/nano_detector_for_test.h"

namespace itpn {
namespace {

const DetectionTestSize kSize = {48, 96, 32};

void expect_same(const FoundPicture& a, const FoundPicture& b) {
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.boxes, b.boxes);
  EXPECT_EQ(a.scores, b.scores);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_TRUE(torch::equal(a.masks, b.masks));
}

TEST(PictureDetector, FindsInAPictureWhatItFindsInItAlone) {
  for (const bool is_cascade : {false, true}) {
    PictureDetector detector(test::nano_detector({.is_cascade = is_cascade}), {}, torch::kCPU);
    const Image wide = test::blobs(120, 60, 0), high = test::blobs(50, 90, 2);
    const std::vector<FoundPicture> together = detector.detect(make_test_batch({wide, high}, kSize));
    ASSERT_EQ(together.size(), 2U);
    ASSERT_GT(together[0].count(), 3U);
    ASSERT_GT(together[1].count(), 3U);
    expect_same(together[0], detector.detect(make_test_batch({wide}, kSize))[0]);
    expect_same(together[1], detector.detect(make_test_batch({high}, kSize))[0]);
  }
}

TEST(PictureDetector, TellsBoxesOfTheOriginalByFallingScore) {
  PictureDetector detector(test::nano_detector(), {}, torch::kCPU);
  const FoundPicture found = detector.detect(make_test_batch({test::blobs(240, 120, 0)}, kSize))[0];
  EXPECT_EQ(found.width, 240);
  EXPECT_EQ(found.height, 120);
  float widest = 0.0F;
  for (size_t i = 0; i < found.count(); ++i) {
    EXPECT_LE(found.boxes[i].x2, 240.0F);
    EXPECT_GE(found.boxes[i].x1, 0.0F);
    EXPECT_TRUE(i == 0 || found.scores[i] <= found.scores[i - 1]);
    widest = std::max(widest, found.boxes[i].x2);
  }
  EXPECT_GT(widest, 96.0F);  // beyond the resized picture
  EXPECT_EQ(found.masks.size(0), static_cast<int64_t>(found.count()));
}

TEST(PictureDetector, LeavesTheModelInItsMode) {
  Detector model = test::nano_detector();
  PictureDetector detector(model, {}, torch::kCPU);
  const DetectionBatch batch = make_test_batch({test::blobs(64, 48, 0)}, kSize);
  const FoundPicture trained = detector.detect(batch)[0];
  EXPECT_FALSE(model->is_training());
  model->train();
  expect_same(detector.detect(batch)[0], trained);
  EXPECT_TRUE(model->is_training());
}

TEST(PictureDetector, OfBoxesAloneHasNoMasks) {
  PictureDetector detector(test::nano_detector({.has_masks = false}), {}, torch::kCPU);
  const FoundPicture found = detector.detect(make_test_batch({test::blobs(64, 48, 0)}, kSize))[0];
  EXPECT_GT(found.count(), 0U);
  EXPECT_FALSE(found.has_masks());
}

TEST(DetectionDivisor, IsAMultipleOfThePatchToo) {
  EXPECT_EQ(detection_divisor(16), 32);
  EXPECT_EQ(detection_divisor(12), 96);
}

}  // namespace
}  // namespace itpn
