#include "itpn/tasks/detect/found_picture.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>

#include "itpn/ops/mask_paste.h"
#include "itpn/structures/segmentation.h"
#include "tests/support/process_memory.h"

namespace itpn {
namespace {

FoundPicture found_in(int64_t height, int64_t width, const std::vector<Box>& boxes) {
  torch::manual_seed(4);
  FoundPicture found;
  found.height = height;
  found.width = width;
  found.boxes = boxes;
  for (size_t i = 0; i < boxes.size(); ++i) {
    found.scores.push_back(0.9F - 0.1F * static_cast<float>(i));
    found.labels.push_back(static_cast<int64_t>(i));
  }
  found.masks = torch::rand({static_cast<int64_t>(boxes.size()), 28, 28});
  return found;
}

TEST(MaskOf, IsTheMaskPastedIntoTheWholePicture) {
  const std::vector<Box> boxes = {{3.2F, 5.7F, 20.4F, 17.1F}, {0, 0, 60, 40},       {55.5F, 30.1F, 60, 40},
                                  {10, 10, 10, 20},           {0, 39.5F, 1.5F, 40}, {30.25F, 2, 31.5F, 39}};
  const FoundPicture found = found_in(40, 60, boxes);
  for (size_t i = 0; i < boxes.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    const Box& box = boxes[i];
    const at::Tensor whole = ops::paste_masks(found.masks.slice(0, row, row + 1),
                                              torch::tensor({{box.x1, box.y1, box.x2, box.y2}}), {40, 60});
    Bitmap expected(40, 60);
    std::copy_n(whole.contiguous().const_data_ptr<uint8_t>(), expected.values.size(), expected.values.begin());
    EXPECT_EQ(mask_of(found, i), encode_bitmap(expected)) << i;
    EXPECT_EQ(to_bitmap(mask_of(found, i), 40, 60), expected) << i;
  }
}

TEST(MaskOf, TakesNoMoreMemoryForManyObjectsThanForOne) {
  std::vector<Box> boxes;
  for (int i = 0; i < 300; ++i) {
    const auto at = static_cast<float>(i);
    boxes.push_back({10 * at, 8 * at, 10 * at + 400, 8 * at + 300});
  }
  boxes.push_back({0, 0, 4000, 3000});
  const FoundPicture found = found_in(3000, 4000, boxes);
  if (!test::tells_memory()) GTEST_SKIP() << "the memory of this process says nothing";
  const int64_t peak = test::peak_memory([&] {
    for (size_t i = 0; i < found.count(); ++i) mask_of(found, i);
  });
  EXPECT_LT(peak, int64_t{64} << 20);
}

TEST(Select, KeepsMasksWithTheirObjects) {
  const FoundPicture found = found_in(10, 10, {{0, 0, 1, 1}, {1, 1, 2, 2}, {2, 2, 3, 3}});
  const FoundPicture chosen = select(found, {2, 0});
  EXPECT_EQ(chosen.labels, (std::vector<int64_t>{2, 0}));
  EXPECT_EQ(chosen.boxes[0], found.boxes[2]);
  EXPECT_TRUE(torch::equal(chosen.masks[0], found.masks[2]));
  EXPECT_EQ(above(found, 0.75).count(), 2U);
  EXPECT_EQ(select(found, {}).masks.size(0), 0);
}

}  // namespace
}  // namespace itpn
