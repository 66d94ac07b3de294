#include "itpn/engine/weight_average.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace itpn {
namespace {

// A trained and a frozen matrix, a buffer of floats and one of integers.
struct ModelImpl : torch::nn::Module {
  ModelImpl() {
    layer = register_module("layer", torch::nn::Linear(torch::nn::LinearOptions(3, 2).bias(false)));
    frozen = register_module("frozen", torch::nn::Linear(torch::nn::LinearOptions(3, 2).bias(false)));
    frozen->weight.requires_grad_(false);
    mean = register_buffer("mean", torch::zeros({2}));
    count = register_buffer("count", torch::zeros({}, torch::kInt64));
  }
  torch::nn::Linear layer{nullptr}, frozen{nullptr};
  torch::Tensor mean, count;
};
TORCH_MODULE(Model);

// `average` starts as a copy of `model`, which then moves on.
void move_on(Model& model, Model& average) {
  const torch::NoGradGuard no_grad;
  average->layer->weight.copy_(model->layer->weight);
  average->frozen->weight.copy_(model->frozen->weight);
  model->layer->weight.add_(1.0);
  model->mean.fill_(3.0);
  model->count.fill_(7);
}

TEST(WeightAverage, AveragesWhatIsTrainedAndCopiesTheRest) {
  Model model, average;
  move_on(model, average);
  const MasterWeights masters(*model);
  WeightAverage follower(*average, *model, masters, torch::kFloat32);
  const torch::Tensor start = average->layer->weight.clone();
  follower.update(0.75);
  EXPECT_TRUE(average->layer->weight.allclose(start + 0.25, 1e-5, 1e-6));
  EXPECT_TRUE(average->frozen->weight.equal(model->frozen->weight));
  EXPECT_TRUE(average->mean.equal(torch::full({2}, 3.0F)));
  EXPECT_EQ(average->count.item<int64_t>(), 7);
  EXPECT_FALSE(average->layer->weight.requires_grad());
}

TEST(WeightAverage, StaysInFp32BehindARoundedModel) {
  Model model, average;
  move_on(model, average);
  const MasterWeights masters(*model);
  const torch::Tensor start = average->layer->weight.detach().clone();
  WeightAverage follower(*average, *model, masters, torch::kBFloat16);
  follower.update(0.999);
  const NamedTensors tensors = follower.tensors();
  ASSERT_EQ(tensors.size(), 4);
  EXPECT_EQ(tensors[0].first, "layer.weight");
  EXPECT_EQ(tensors[0].second.scalar_type(), torch::kFloat32);
  // One part in a thousand is less than bf16 resolves next to a weight of this size, but not lost.
  EXPECT_TRUE((tensors[0].second - start).allclose(torch::full({2, 3}, 0.001), 1e-2, 1e-6));
  EXPECT_TRUE(average->layer->weight.equal(tensors[0].second.to(torch::kBFloat16)));
  EXPECT_TRUE(average->frozen->weight.equal(model->frozen->weight.to(torch::kBFloat16)));
}

TEST(WeightAverage, GoesOnFromReadTensors) {
  Model model, average;
  move_on(model, average);
  const MasterWeights masters(*model);
  WeightAverage follower(*average, *model, masters, torch::kBFloat16);
  {
    const torch::NoGradGuard no_grad;
    for (auto& [name, tensor] : follower.tensors()) torch::Tensor(tensor).fill_(5);
  }
  follower.adopt();
  EXPECT_TRUE(average->layer->weight.equal(torch::full({2, 3}, 5.0, torch::kBFloat16)));
}

}  // namespace
}  // namespace itpn
