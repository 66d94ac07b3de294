#include "itpn/models/backbone/layer_ids.h"

#include <gtest/gtest.h>

#include <cmath>

#include "itpn/models/backbone/presets.h"

namespace itpn {
namespace {

int64_t id_of(const std::string& name, LayerRule rule = LayerRule::kClassification) {
  return layer_id(name, find_preset("itpn-base").backbone, rule);
}

TEST(LayerIds, GiveAMergeToTheBlockBeforeIt) {
  EXPECT_EQ(id_of("patch_embed.proj.weight"), 0);
  EXPECT_EQ(id_of("absolute_pos_embed"), 0);
  EXPECT_EQ(id_of("blocks.2.mlp.fc1.weight"), 3);
  EXPECT_EQ(id_of("blocks.3.reduction.weight"), 3);
  EXPECT_EQ(id_of("blocks.4.norm2.bias"), 4);
  EXPECT_EQ(id_of("blocks.7.norm.weight"), 6);
  EXPECT_EQ(id_of("blocks.8.attn.qkv.weight"), 7);
  EXPECT_EQ(id_of("blocks.31.attn.qkv.weight"), 30);
  EXPECT_EQ(id_of("head.weight"), 31);
}

TEST(LayerIds, OfDenseTasksCountMergesAndStopBelowTheHead) {
  for (const LayerRule rule : {LayerRule::kSegmentation, LayerRule::kDetection}) {
    EXPECT_EQ(id_of("backbone.blocks.3.reduction.weight", rule), 4);
    EXPECT_EQ(id_of("backbone.blocks.31.mlp.fc1.weight", rule), 32);
    EXPECT_EQ(id_of("decode_head.conv_seg.weight", rule), 31);
    // A part of the pyramid whose name begins like that of a block.
    EXPECT_EQ(id_of("backbone.block_16to8.0.mlp.fc1.weight", rule), 31);
  }
  EXPECT_EQ(id_of("backbone.absolute_pos_embed", LayerRule::kSegmentation), 0);
  EXPECT_EQ(id_of("backbone.absolute_pos_embed", LayerRule::kDetection), 31);
}

TEST(LayerLrScale, SpansThirteenLayersOfDecayWhateverTheDepth) {
  for (const std::string preset : {"itpn-base", "itpn-large", "itpn-tiny"}) {
    const BackboneConfig sizes = find_preset(preset).backbone;
    const int64_t top = layer_count(sizes, LayerRule::kClassification);
    EXPECT_NEAR(layer_lr_scale(0, 0.6, sizes, LayerRule::kClassification), std::pow(0.6, 13.0), 1e-12) << preset;
    EXPECT_EQ(layer_lr_scale(top, 0.6, sizes, LayerRule::kClassification), 1.0) << preset;
  }
}

TEST(LayerLrScale, OfDenseTasksExceedsOneInTheLastBlock) {
  const BackboneConfig base = find_preset("itpn-base").backbone;
  EXPECT_NEAR(layer_lr_scale(32, 0.9, base, LayerRule::kDetection), 1.0 / 0.9, 1e-12);
  EXPECT_NEAR(layer_lr_scale(32, 0.9, base, LayerRule::kSegmentation), std::pow(0.9, -13.0 / 32.0), 1e-12);
}

}  // namespace
}  // namespace itpn
