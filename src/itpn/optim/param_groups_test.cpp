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
