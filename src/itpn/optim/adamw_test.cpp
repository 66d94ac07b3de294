#include "itpn/optim/adamw.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <optional>

namespace itpn {
namespace {

constexpr UpdateStep kStep = {.learning_rate = 1e-2};

// A parameter per size, and an optimiser with decay for all of them.
struct Example {
  explicit Example(std::initializer_list<std::vector<int64_t>> sizes) {
    for (const auto& size : sizes) module.add(std::to_string(module.parameters().size()), torch::randn(size));
    masters.emplace(module);
  }
  void start() {
    const auto trainable = masters->trainable();
    std::vector<ParamGroup> groups = {{.weight_decay = 0.05, .lr_scale = 0.5}};
    for (const auto& [name, parameter] : trainable) groups[0].names.push_back(name);
    optimiser.emplace(*masters, groups, AdamWConfig{});
  }
  void round_to(at::ScalarType dtype) {
    for (auto& parameter : module.parameters()) parameter.set_data(parameter.to(dtype));
  }

  struct Parameters : torch::nn::Module {
    void add(const std::string& name, const at::Tensor& value) { register_parameter(name, value); }
  } module;
  std::optional<MasterWeights> masters;
  std::optional<AdamW> optimiser;
};

TEST(AdamW, FollowsTheLibrarysAdamW) {
  Example ours({{1}, {16}, {37, 3}, {300, 301}});
  ours.start();
  std::vector<torch::Tensor> theirs;
  for (const auto& p : ours.module.parameters()) theirs.push_back(p.detach().clone().requires_grad_());
  torch::optim::AdamW reference(theirs,
                                torch::optim::AdamWOptions(5e-3).betas({0.9, 0.95}).eps(1e-8).weight_decay(0.05));
  for (int step = 0; step < 5; ++step) {
    std::vector<at::Tensor> gradients;
    for (auto& p : theirs) {
      p.mutable_grad() = torch::randn_like(p);
      gradients.push_back(p.grad() * 4.0);
    }
    reference.step();
    ours.optimiser->step(gradients, {.learning_rate = 1e-2, .gradient_factor = 0.25});
  }
  const auto found = ours.module.parameters();
  for (size_t i = 0; i < theirs.size(); ++i) EXPECT_TRUE(found[i].allclose(theirs[i], 1e-5, 1e-6)) << i;
}

TEST(AdamW, RoundsTheMasterIntoTheModel) {
  Example example({{65, 33}});
  example.round_to(torch::kBFloat16);
  example.start();
  example.optimiser->step({torch::randn({65, 33}).to(torch::kBFloat16)}, kStep);
  const MasterWeight& weight = example.masters->weights()[0];
  EXPECT_TRUE(weight.parameter.equal(weight.master.to(torch::kBFloat16)));
}

TEST(AdamW, RawLoopsAgreeWithTensorOperations) {
  for (const auto dtype : {torch::kFloat, torch::kBFloat16}) {
    Example raw({{45, 71}}), twin({{45, 71}});
    at::Tensor(twin.masters->weights()[0].master).copy_(raw.masters->weights()[0].master);
    raw.round_to(torch::kBFloat16);
    twin.round_to(torch::kBFloat16);
    raw.start();
    twin.start();
    for (int step = 0; step < 3; ++step) {
      const at::Tensor gradient = torch::randn({45, 71}).to(dtype);
      raw.optimiser->step({gradient}, kStep);
      twin.optimiser->step({gradient.t().contiguous().t()}, kStep);  // strided: no raw loop takes it
    }
    EXPECT_TRUE(raw.masters->weights()[0].master.allclose(twin.masters->weights()[0].master, 1e-6, 1e-7));
  }
}

TEST(AdamW, UpdatesShortAndLongParametersInOneList) {
  const std::initializer_list<std::vector<int64_t>> sizes = {{12, 7}, {5}, {3, 4}};
  Example raw(sizes), lists(sizes);
  for (size_t i = 0; i < 3; ++i) {
    at::Tensor(lists.masters->weights()[i].master).copy_(raw.masters->weights()[i].master);
  }
  // No raw loop takes fp16, so the whole step runs on lists.
  lists.module.parameters()[0].set_data(lists.module.parameters()[0].to(torch::kHalf));
  raw.start();
  lists.start();
  for (int step = 0; step < 3; ++step) {
    const at::Tensor first = torch::randn({12, 7}).to(torch::kHalf), last = torch::randn({3, 4});
    raw.optimiser->step({first.to(torch::kFloat), at::Tensor(), last}, kStep);
    lists.optimiser->step({first, at::Tensor(), last}, kStep);
  }
  for (size_t i = 0; i < 3; ++i) {
    const MasterWeight& found = lists.masters->weights()[i];
    EXPECT_TRUE(found.master.allclose(raw.masters->weights()[i].master, 1e-6, 1e-7)) << i;
    EXPECT_TRUE(found.parameter.equal(found.master.to(found.parameter.scalar_type()))) << i;
  }
}

TEST(AdamW, LeavesAParameterWithoutGradientAlone) {
  Example example({{5}, {6}});
  example.start();
  const auto before = example.module.parameters()[0].detach().clone();
  example.optimiser->step({at::Tensor(), torch::ones({6})}, kStep);
  EXPECT_TRUE(example.module.parameters()[0].equal(before));
}

TEST(AdamW, GoesOnFromItsStateAsIfNeverStopped) {
  Example whole({{40, 3}}), resumed({{40, 3}});
  whole.start();
  resumed.start();
  const at::Tensor first = torch::randn({40, 3}), second = torch::randn({40, 3});
  whole.optimiser->step({first}, kStep);
  at::Tensor(resumed.masters->weights()[0].master).copy_(whole.masters->weights()[0].master);
  const NamedParameters state = whole.optimiser->state();
  resumed.optimiser->load_state({state.begin(), state.end()});
  whole.optimiser->step({second}, kStep);
  resumed.optimiser->step({second}, kStep);
  EXPECT_TRUE(whole.module.parameters()[0].equal(resumed.module.parameters()[0]));
}

TEST(AdamW, NamesWhatAStateLacks) {
  Example example({std::vector<int64_t>{4}});
  example.start();
  try {
    example.optimiser->load_state({});
    FAIL() << "an empty state was taken";
  } catch (const c10::Error& error) {
    EXPECT_NE(std::string(error.what()).find("exp_avg/0"), std::string::npos);
  }
}

}  // namespace
}  // namespace itpn
