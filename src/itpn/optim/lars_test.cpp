#include "itpn/optim/lars.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace itpn {
namespace {

struct Parameters : torch::nn::Module {
  Parameters() {
    weight = register_parameter("weight", torch::full({2, 2}, 2.0F));  // norm 4
    bias = register_parameter("bias", torch::full({2}, 1.0F));
  }
  torch::Tensor weight, bias;
};

std::vector<ParamGroup> all_of(double weight_decay) {
  return {{.weight_decay = weight_decay, .names = {"weight", "bias"}}};
}

TEST(Lars, ScalesAMatrixByTheRatioOfNormsAndAVectorNotAtAll) {
  Parameters model;
  const MasterWeights masters(model);
  Lars lars(masters, all_of(0.0), {.momentum = 0.9, .trust_coefficient = 0.01});
  const at::Tensor gradient = torch::full({2, 2}, 0.5F);  // norm 1: the ratio is 0.01 * 4 / 1
  lars.step({gradient, torch::full({2}, 0.25F)}, {.learning_rate = 10.0});
  EXPECT_TRUE(model.weight.allclose(torch::full({2, 2}, 2.0F - 10.0F * 0.04F * 0.5F)));
  EXPECT_TRUE(model.bias.allclose(torch::full({2}, 1.0F - 10.0F * 0.25F)));
}

TEST(Lars, KeepsMomentum) {
  Parameters model;
  const MasterWeights masters(model);
  Lars lars(masters, all_of(0.0), {.momentum = 0.5});
  const std::vector<at::Tensor> gradients = {at::Tensor(), torch::full({2}, 1.0F)};
  lars.step(gradients, {.learning_rate = 1.0});
  lars.step(gradients, {.learning_rate = 1.0});
  EXPECT_TRUE(model.bias.allclose(torch::full({2}, 1.0F - 1.0F - 1.5F)));
  EXPECT_TRUE(model.weight.equal(torch::full({2, 2}, 2.0F))) << "a parameter without gradient has moved";
}

TEST(Lars, DecaysMatricesOnly) {
  Parameters model;
  const MasterWeights masters(model);
  Lars lars(masters, all_of(0.1), {.trust_coefficient = 1.0});
  lars.step({torch::zeros({2, 2}), torch::zeros({2})}, {.learning_rate = 0.5});
  // The decay is the whole gradient, scaled to the norm of the weight.
  EXPECT_TRUE(model.weight.allclose(torch::full({2, 2}, 1.0F)));
  EXPECT_TRUE(model.bias.equal(torch::full({2}, 1.0F)));
}

TEST(Lars, StaysFiniteForZeroWeightsAndZeroGradients) {
  Parameters model;
  torch::NoGradGuard no_grad;
  model.weight.zero_();
  const MasterWeights masters(model);
  Lars lars(masters, all_of(0.0), {});
  lars.step({torch::ones({2, 2}), torch::ones({2})}, {.learning_rate = 1.0});
  EXPECT_TRUE(model.weight.equal(torch::full({2, 2}, -1.0F))) << "a zero weight takes the plain gradient";
  lars.step({torch::zeros({2, 2}), torch::zeros({2})}, {.learning_rate = 1.0});
  EXPECT_TRUE(model.weight.isfinite().all().item<bool>());
}

TEST(Lars, GoesOnFromItsStateAsIfNeverStopped) {
  Parameters whole, resumed;
  const MasterWeights of_whole(whole), of_resumed(resumed);
  Lars first(of_whole, all_of(0.01), {}), second(of_resumed, all_of(0.01), {});
  const std::vector<at::Tensor> gradients = {torch::randn({2, 2}), torch::randn({2})};
  first.step(gradients, {.learning_rate = 0.1});
  {
    const torch::NoGradGuard no_grad;
    resumed.weight.copy_(whole.weight);
    resumed.bias.copy_(whole.bias);
  }
  const NamedParameters state = first.state();
  second.load_state({state.begin(), state.end()});
  first.step(gradients, {.learning_rate = 0.1});
  second.step(gradients, {.learning_rate = 0.1});
  EXPECT_TRUE(whole.weight.equal(resumed.weight));
  EXPECT_TRUE(whole.bias.equal(resumed.bias));
}

}  // namespace
}  // namespace itpn
