#include "itpn/models/backbone/infer_sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/core/errors.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/models/mim/mim_model.h"
#include "tests/support/error_of.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

std::vector<TensorInfo> infos_of(const torch::nn::Module& module) {
  std::vector<TensorInfo> infos;
  for (const auto& item : module.named_parameters()) {
    infos.push_back({item.key(), DType::kF32, item.value().sizes().vec(), 0, 0});
  }
  return infos;
}

MimConfig pretraining_config(const std::string& preset) {
  const Preset p = find_preset(preset);
  MimConfig config{.backbone = p.backbone, .pyramid = p.pyramid, .decoder = p.decoder, .mask = {}, .mfm = {}};
  return config;
}

TEST(InferSizes, FindsAPretrainingModelWithAnotherPyramid) {
  MimConfig config = pretraining_config("itpn-tiny");
  config.pyramid.fpn_dim = 80;
  config.pyramid.fpn_depth = 2;
  config.pyramid.num_outs = 2;
  const InferredSizes sizes = infer_sizes(infos_of(*MimModel(config, 0)), "file");
  EXPECT_EQ(sizes.preset, "itpn-tiny");
  EXPECT_EQ(sizes.kind(), "pre-training (pixels)");
  EXPECT_EQ(sizes.pyramid.fpn_dim, 80);
  EXPECT_EQ(sizes.pyramid.fpn_depth, 2);
  EXPECT_EQ(sizes.pyramid.num_outs, 2);
  EXPECT_EQ(sizes.backbone.image_size, config.backbone.image_size);
  EXPECT_EQ(sizes.backbone.num_heads, config.backbone.num_heads);
  EXPECT_EQ(sizes.decoder->num_heads, config.decoder.num_heads);
  EXPECT_TRUE(sizes.has_feature_heads);
  EXPECT_FALSE(sizes.are_heads_certain);
}

TEST(InferSizes, FindsAClassifierThatNoPresetIsLike) {
  BackboneConfig backbone = find_preset("itpn-nano").backbone;
  backbone.stage1_depth = 2;
  backbone.stage2_depth = 0;
  backbone.depth = 3;
  backbone.num_heads = 4;
  backbone.rpe = true;
  backbone.layer_scale = 0.1;
  const InferredSizes sizes = infer_sizes(infos_of(*Classifier(ClassifierConfig{backbone, 7}, 0)), "file");
  EXPECT_EQ(sizes.preset, "");
  EXPECT_EQ(sizes.kind(), "classifier");
  EXPECT_EQ(sizes.classes, 7);
  EXPECT_EQ(sizes.backbone.stage1_depth, 2);
  EXPECT_EQ(sizes.backbone.stage2_depth, 0);
  EXPECT_EQ(sizes.backbone.depth, 3);
  EXPECT_EQ(sizes.backbone.num_heads, 4);
  EXPECT_TRUE(sizes.are_heads_certain);
  EXPECT_GT(sizes.backbone.layer_scale, 0);
  EXPECT_EQ(sizes.pyramid.num_outs, 1);
}

TEST(InferSizes, AContradictingPresetShowsBothSides) {
  const InferredSizes sizes = infer_sizes(infos_of(*MimModel(pretraining_config("itpn-nano"), 0)), "nano.pth");
  EXPECT_NO_THROW(require_preset(sizes, "itpn-nano", "nano.pth"));
  const std::string message =
      test::error_of(ExitCode::kCheckpoint, [&] { require_preset(sizes, "itpn-tiny", "nano.pth"); });
  EXPECT_THAT(message, HasSubstr("the file has 32, itpn-tiny has 256"));
  EXPECT_THAT(message, HasSubstr("They are of itpn-nano"));
}

TEST(InferSizes, RefusesWhatIsNoItpn) {
  std::vector<TensorInfo> infos = infos_of(*MimModel(pretraining_config("itpn-nano"), 0));
  EXPECT_THROW(infer_sizes({}, "file"), Error);
  for (const std::string name : {"patch_embed.proj.weight", "absolute_pos_embed", "blocks.1.reduction.weight"}) {
    std::vector<TensorInfo> without;
    for (const TensorInfo& info : infos) {
      if (info.name != name) without.push_back(info);
    }
    ASSERT_LT(without.size(), infos.size()) << name;
    EXPECT_THROW(infer_sizes(without, "file"), Error) << name;
  }
  infos[0].shape = {1, 15, 32};
  EXPECT_THROW(infer_sizes(infos, "file"), Error);
}

}  // namespace
}  // namespace itpn
