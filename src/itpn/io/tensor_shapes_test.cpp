#include "itpn/io/tensor_shapes.h"

#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"

namespace itpn {
namespace {

std::string refusal(const TensorShapes& shapes, const std::string& name, size_t axes) {
  return test::error_of(ExitCode::kCheckpoint, [&] { shapes.at(name, axes); });
}

TEST(TensorShapes, CountsOnlyUpToTheFirstGap) {
  std::vector<TensorInfo> tensors(4);
  tensors[0].name = "blocks.1.norm";
  tensors[1].name = "blocks.2.norm";
  tensors[2].name = "blocks.4.norm";
  tensors[3].name = "blocks.3.weight";
  const TensorShapes shapes(tensors, [](const std::string& what) { return what; });
  EXPECT_EQ(shapes.count("blocks.", ".norm"), 0);
  EXPECT_EQ(shapes.count("blocks.", ".norm", 1), 2);
}

TEST(TensorShapes, RefusesMissingTensorsOtherAxesAndSidesThatNoModelHas) {
  std::vector<TensorInfo> tensors(3);
  tensors[0] = {.name = "sound", .shape = {6, 4}};
  tensors[1] = {.name = "empty", .shape = {0, 4}};
  tensors[2] = {.name = "huge", .shape = {1 << 24, 4}};
  const TensorShapes shapes(tensors, [](const std::string& what) { return "w.pth: " + what; });
  EXPECT_EQ(shapes.at("sound", 2), (std::vector<int64_t>{6, 4}));
  EXPECT_EQ(shapes.ratio("sound"), 1.5);
  EXPECT_EQ(refusal(shapes, "sound", 3), "w.pth: sound has shape [6, 4], wanted 3 axes");
  EXPECT_EQ(refusal(shapes, "empty", 2), "w.pth: empty has shape [0, 4], wanted 2 axes");
  EXPECT_EQ(refusal(shapes, "huge", 2), "w.pth: huge has shape [16777216, 4], wanted 2 axes");
  EXPECT_EQ(refusal(shapes, "none", 2), "w.pth: it has no none");
}

}  // namespace
}  // namespace itpn
