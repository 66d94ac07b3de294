#include "itpn/nn/sync_batch_norm.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <array>

#include "itpn/nn/conv_block.h"

namespace itpn {
namespace {

struct Pass {
  torch::Tensor out, d_x, d_weight, running_mean, running_var;
};

Pass run(SyncBatchNorm& norm, const torch::Tensor& values, const torch::Tensor& weight) {
  const torch::Tensor x = values.clone().requires_grad_(true), out = norm(x);
  const auto gradients = torch::autograd::grad({out}, {x, norm->weight}, {weight});
  return {out.detach(), gradients[0], gradients[1], norm->running_mean, norm->running_var};
}

TEST(SyncBatchNorm, AloneIsBatchNorm) {
  torch::manual_seed(1);
  const torch::Tensor x = torch::randn({3, 4, 5, 6}) + 2.0, weight = torch::randn({3, 4, 5, 6});
  SyncBatchNorm norm(SyncBatchNormConfig{4});
  const Pass found = run(norm, x, weight);
  torch::nn::BatchNorm2d twin(4);
  const torch::Tensor y = x.clone().requires_grad_(true), out = twin(y);
  EXPECT_TRUE(torch::allclose(found.out, out, 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(found.d_x, torch::autograd::grad({out}, {y}, {weight})[0], 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(found.running_mean, twin->running_mean, 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(found.running_var, twin->running_var, 1e-5, 1e-6));
}

// Two processes' exchanges: what the second adds to each sum was recorded in a first run of it with the first's part.
TEST(SyncBatchNorm, UsesTheStatisticsOfAllProcesses) {
  torch::manual_seed(2);
  const torch::Tensor whole = torch::randn({4, 2, 3, 3}), weight = torch::randn({4, 2, 3, 3});
  SyncBatchNorm together(SyncBatchNormConfig{2});
  const Pass expected = run(together, whole, weight);
  const torch::Tensor mean = whole.mean({0, 2, 3}), other = whole.slice(0, 2);
  const torch::Tensor totals = torch::cat({other.sum({0, 2, 3}), torch::full({1}, 18.0)});
  const torch::Tensor squares = (other - mean.view({1, 2, 1, 1})).square().sum({0, 2, 3});
  const torch::Tensor normed = expected.out.slice(0, 2), d_out = weight.slice(0, 2);
  const torch::Tensor backward = torch::cat({d_out.sum({0, 2, 3}), (d_out * normed).sum({0, 2, 3})});
  const std::array<torch::Tensor, 3> others = {totals, squares, backward};
  size_t next = 0;
  SyncBatchNorm first(SyncBatchNormConfig{2});
  first->set_sum([&](const at::Tensor& tensor) { at::Tensor(tensor).add_(others.at(next++)); });
  const Pass found = run(first, whole.slice(0, 0, 2), weight.slice(0, 0, 2));
  EXPECT_EQ(next, 3);
  EXPECT_TRUE(torch::allclose(found.out, expected.out.slice(0, 0, 2), 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(found.d_x, expected.d_x.slice(0, 0, 2), 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(found.running_var, expected.running_var, 1e-5, 1e-6));
}

TEST(SyncBatchNorm, StaysConnectedWithoutSamples) {
  SyncBatchNorm norm(SyncBatchNormConfig{2});
  const torch::Tensor x = torch::zeros({0, 2, 7, 7}, torch::requires_grad());
  norm(x).sum().backward();
  EXPECT_TRUE(norm->weight.grad().defined());
  EXPECT_TRUE(norm->running_var.isfinite().all().item<bool>());
}

TEST(ConvBlock, HasNoNegativeOutputAndKeepsTheSize) {
  torch::manual_seed(3);
  ConvBlock block(ConvBlockConfig{3, 5, true});
  torch::nn::init::normal_(block->conv->weight);
  const torch::Tensor out = block(torch::randn({2, 3, 6, 7}));
  EXPECT_EQ(out.sizes().vec(), (std::vector<int64_t>{2, 5, 6, 7}));
  EXPECT_GE(out.min().item<float>(), 0.0F);
}

}  // namespace
}  // namespace itpn
