#include "itpn/optim/param_groups.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include "itpn/optim/master_weights.h"

namespace itpn {
namespace {

using ::testing::ElementsAre;

TEST(WeightDecayGroups, SparesBiasesAndVectorsButNotTables) {
  const auto trained = torch::TensorOptions().requires_grad(true);
  const NamedParameters parameters = {{"absolute_pos_embed", torch::zeros({1, 4, 8}, trained)},
                                      {"norm.weight", torch::zeros({8}, trained)},
                                      {"fc.weight", torch::zeros({8, 8}, trained)},
                                      {"fc.bias", torch::zeros({8}, trained)},
                                      {"decoder_pos_embed", torch::zeros({1, 4, 8})}};
  const auto groups = weight_decay_groups(parameters, 0.05);
  ASSERT_EQ(groups.size(), 2);
  EXPECT_EQ(groups[0].weight_decay, 0.0);
  EXPECT_THAT(groups[0].names, ElementsAre("norm.weight", "fc.bias"));
  EXPECT_EQ(groups[1].weight_decay, 0.05);
  EXPECT_THAT(groups[1].names, ElementsAre("absolute_pos_embed", "fc.weight"));
}

TEST(WeightDecayGroups, SpareWhatIsNamed) {
  const auto trained = torch::TensorOptions().requires_grad(true);
  const NamedParameters parameters = {{"absolute_pos_embed", torch::zeros({1, 4, 8}, trained)},
                                      {"blocks.2.attn.relative_position_bias_table", torch::zeros({9, 2}, trained)},
                                      {"blocks.2.attn.absolute_pos_embed_like", torch::zeros({9, 2}, trained)}};
  const auto groups = weight_decay_groups(parameters, 0.05, {"absolute_pos_embed", "relative_position_bias_table"});
  EXPECT_THAT(groups[0].names, ElementsAre("absolute_pos_embed", "blocks.2.attn.relative_position_bias_table"));
  EXPECT_THAT(groups[1].names, ElementsAre("blocks.2.attn.absolute_pos_embed_like"));
}

TEST(LayerDecayGroups, AreOneForEachFactorAndDecayInOrderOfAppearance) {
  const auto trained = torch::TensorOptions().requires_grad(true);
  const NamedParameters parameters = {{"a.weight", torch::zeros({2, 2}, trained)},
                                      {"a.bias", torch::zeros({2}, trained)},
                                      {"b.weight", torch::zeros({2, 2}, trained)},
                                      {"frozen.weight", torch::zeros({2, 2})},
                                      {"a.more", torch::zeros({2, 2}, trained)}};
  const auto groups = layer_decay_groups(parameters, {.weight_decay = 0.1, .lr_scale = [](const std::string& name) {
                                                        return name[0] == 'a' ? 0.5 : 1.0;
                                                      }});
  ASSERT_EQ(groups.size(), 3);
  EXPECT_THAT(groups[0].names, ElementsAre("a.weight", "a.more"));
  EXPECT_EQ(groups[0].lr_scale, 0.5);
  EXPECT_EQ(groups[0].weight_decay, 0.1);
  EXPECT_THAT(groups[1].names, ElementsAre("a.bias"));
  EXPECT_EQ(groups[1].weight_decay, 0.0);
  EXPECT_THAT(groups[2].names, ElementsAre("b.weight"));
  EXPECT_EQ(groups[2].lr_scale, 1.0);
}

TEST(MasterWeights, KeepTheValuesThatTheModelRoundsAway) {
  torch::nn::Linear layer(3, 2);
  const auto before = layer->weight.detach().clone();
  const MasterWeights masters(*layer);
  layer->weight.set_data(layer->weight.to(torch::kBFloat16));
  EXPECT_TRUE(masters.at("weight").master.equal(before));
  EXPECT_TRUE(masters.at("weight").is_rounded());
  EXPECT_FALSE(masters.at("bias").is_rounded());
  EXPECT_EQ(masters.at("bias").master.data_ptr(), layer->bias.data_ptr());
}

TEST(MasterWeights, WriteRoundedValuesIntoTheModel) {
  torch::nn::Linear layer(3, 2);
  const MasterWeights masters(*layer);
  layer->weight.set_data(layer->weight.to(torch::kBFloat16));
  masters.at("weight").master.fill_(1.7);
  masters.write_to_model();
  EXPECT_TRUE(layer->weight.equal(torch::full({2, 3}, 1.7, torch::kBFloat16)));
}

}  // namespace
}  // namespace itpn
