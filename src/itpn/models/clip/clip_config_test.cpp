#include "itpn/models/clip/clip_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

TensorInfo info(const std::string& name, const std::vector<int64_t>& shape) { return {name, DType::kF16, shape, 0, 0}; }

// What OpenAI's ViT-L/14 has, as far as sizes depend on it.
std::vector<TensorInfo> large_14() {
  std::vector<TensorInfo> tensors = {info("visual.class_embedding", {1024}),
                                     info("visual.positional_embedding", {257, 1024}),
                                     info("visual.proj", {1024, 768}),
                                     info("visual.conv1.weight", {1024, 3, 14, 14}),
                                     info("visual.transformer.resblocks.0.mlp.c_fc.weight", {4096, 1024}),
                                     info("transformer.resblocks.0.ln_1.weight", {768}),
                                     info("logit_scale", {})};
  for (int i = 0; i < 24; ++i) {
    tensors.push_back(info("visual.transformer.resblocks." + std::to_string(i) + ".ln_1.weight", {1024}));
  }
  return tensors;
}

TEST(FindClipLayout, TellsTheSizesOfViTL14FromItsShapes) {
  const ClipFileLayout layout = find_clip_layout(large_14(), "file");
  EXPECT_EQ(layout.prefix, "visual.");
  EXPECT_EQ(layout.sizes.width, 1024);
  EXPECT_EQ(layout.sizes.depth, 24);
  EXPECT_EQ(layout.sizes.num_heads, 16);
  EXPECT_EQ(layout.sizes.patch_size, 14);
  EXPECT_EQ(layout.sizes.grid, 16);
  EXPECT_EQ(layout.sizes.mlp_width, 4096);
  EXPECT_EQ(layout.sizes.output_dim, 768);
}

TEST(FindClipLayout, NamesWhatDoesNotFit) {
  const auto complaint = [](const std::vector<TensorInfo>& tensors) {
    return test::error_of(ExitCode::kCheckpoint, [&] { find_clip_layout(tensors, "file.pt"); });
  };
  std::vector<TensorInfo> tensors = large_14();
  tensors[1].shape = {200, 1024};
  EXPECT_THAT(complaint(tensors), HasSubstr("200 rows"));
  tensors = large_14();
  tensors[3].shape = {1024, 3, 14, 16};
  EXPECT_THAT(complaint(tensors), HasSubstr("14 x 16"));
  tensors = large_14();
  tensors.erase(tensors.begin() + 2);
  EXPECT_THAT(complaint(tensors), HasSubstr("no projection"));
  EXPECT_THAT(complaint({}), HasSubstr("class embedding"));
}

}  // namespace
}  // namespace itpn
