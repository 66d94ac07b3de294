#include "itpn/engine/parameter_updater.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

namespace itpn {
namespace {

// Two layers, the first of them frozen.
struct HalfFrozenImpl : torch::nn::Module {
  HalfFrozenImpl() {
    frozen = register_module("frozen", torch::nn::Linear(3, 3));
    trained = register_module("trained", torch::nn::Linear(3, 2));
    for (auto& parameter : frozen->parameters()) parameter.requires_grad_(false);
  }
  torch::Tensor forward(const torch::Tensor& x) { return trained(frozen(x)); }
  torch::nn::Linear frozen{nullptr}, trained{nullptr};
};
TORCH_MODULE(HalfFrozen);

TEST(ParameterUpdater, LeavesWhatIsFrozenAsItIs) {
  for (const OptimizerConfig& optimizer : {OptimizerConfig(AdamWConfig{}), OptimizerConfig(LarsConfig{})}) {
    HalfFrozen model;
    ParameterUpdater updater(
        *model, {.optimizer = optimizer, .groups = weight_decay_groups(trainable_parameters(*model), 0.5)});
    const auto frozen = model->frozen->weight.clone(), trained = model->trained->weight.clone();
    model->forward(torch::ones({2, 3})).sum().backward();
    updater.apply({.learning_rate = 0.1});
    EXPECT_TRUE(model->frozen->weight.equal(frozen));
    EXPECT_FALSE(model->trained->weight.equal(trained));
    // Frozen weights are part of the model's state all the same.
    EXPECT_EQ(updater.weights().masters().size(), 4);
  }
}

TEST(ParameterUpdater, RemembersWhatItsOptimizerDoes) {
  HalfFrozen model;
  const auto groups = weight_decay_groups(trainable_parameters(*model), 0.0);
  EXPECT_EQ(ParameterUpdater(*model, {.optimizer = LarsConfig{}, .groups = groups}).optimizer_state().size(), 2);
  EXPECT_EQ(ParameterUpdater(*model, {.optimizer = AdamWConfig{}, .groups = groups}).optimizer_state().size(), 5);
}

TEST(ParameterUpdater, RefusesGroupsThatForgetOrRepeatAParameter) {
  HalfFrozen model;
  auto groups = weight_decay_groups(trainable_parameters(*model), 0.0);
  groups[0].names.push_back(groups[1].names.front());
  EXPECT_THROW(ParameterUpdater(*model, {.optimizer = AdamWConfig{}, .groups = groups}), c10::Error);
  EXPECT_THROW(ParameterUpdater(*model, {.optimizer = AdamWConfig{}, .groups = {}}), c10::Error);
}

TEST(ParameterUpdater, TakesTheLearningRateFactorOfAGroup) {
  HalfFrozen model;
  ParameterUpdater updater(*model, {.optimizer = AdamWConfig{},
                                    .groups = {{.lr_scale = 0.25, .names = {"trained.weight"}},
                                               {.lr_scale = 1.0, .names = {"trained.bias"}}}});
  const auto weight = model->trained->weight.clone(), bias = model->trained->bias.clone();
  model->forward(torch::ones({2, 3})).sum().backward();
  updater.apply({.learning_rate = 0.01});
  // The first step of AdamW has the size of the learning rate whatever the gradient.
  EXPECT_TRUE((model->trained->bias - bias).abs().allclose(torch::full({2}, 0.01), 1e-3));
  EXPECT_TRUE((model->trained->weight - weight).abs().allclose(torch::full({2, 3}, 0.0025), 1e-2));
}

TEST(ParameterUpdater, AStepThatIsDiscardedLeavesRunningStatisticsAsTheyWere) {
  torch::nn::Sequential model(torch::nn::BatchNorm1d(3), torch::nn::Linear(3, 2));
  ParameterUpdater updater(
      *model, {.optimizer = AdamWConfig{}, .groups = weight_decay_groups(trainable_parameters(*model), 0.0)});
  const auto pass = [&](float value) {
    updater.begin_step();
    model->forward(torch::tensor({{value, 1.0F, 2.0F}, {3.0F, 4.0F, 6.0F}})).sum().backward();
  };
  pass(1.0F);
  updater.apply({.learning_rate = 0.1});
  const torch::Tensor mean = model->named_buffers()["0.running_mean"];
  const torch::Tensor good = mean.clone();
  EXPECT_FALSE(good.equal(torch::zeros({3})));  // a step that is taken moves them
  pass(std::numeric_limits<float>::quiet_NaN());
  EXPECT_FALSE(mean.equal(good));
  updater.discard();
  EXPECT_TRUE(mean.equal(good));
}

}  // namespace
}  // namespace itpn
