#include "tests/golden/detection_fixtures.h"

#include <torch/torch.h>

#include "tests/golden/model_fixtures.h"

namespace itpn::golden {

at::Tensor leaf(const at::Tensor& tensor) { return tensor.detach().clone().requires_grad_(true); }

void compare_scalar(const Fixture& fixture, const std::string& name, const at::Tensor& found, Comparison& comparison) {
  compare_held(fixture, name, found.reshape({1}), comparison);
}

void compare_gradient(const Fixture& fixture, const std::string& name, const at::Tensor& of, const at::Tensor& leaf,
                      Comparison& comparison) {
  if (!fixture.has(name)) return;
  const auto found = torch::autograd::grad({of}, {leaf}, {}, /*retain_graph=*/true);
  comparison.scaled(name, found[0], fixture.at(name), comparison.tolerances().gradients);
}

ops::PictureSize picture_size(const nlohmann::json& hw) { return {hw.at(0).get<double>(), hw.at(1).get<double>()}; }

void load_case_weights(torch::nn::Module& module, const Fixture& fixture, const std::string& prefix,
                       Comparison& comparison) {
  auto weights = fixture.below(prefix);
  // How often running statistics have moved is in no fixture and changes nothing.
  for (const auto& item : module.named_buffers()) {
    if (item.key().ends_with("num_batches_tracked")) weights.emplace(item.key(), item.value());
  }
  load_weights(module, weights, comparison);
}

}  // namespace itpn::golden
