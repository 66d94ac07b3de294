#include "tests/golden/step_fixtures.h"

#include <torch/torch.h>

#include <algorithm>

#include "itpn/optim/adamw.h"
#include "itpn/optim/grad_norm.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

// 99.9 % of the entries of all parameters lie within 0.02 * lr, all within steps * lr.
void compare_updated(const Fixture& fixture, torch::nn::Module& model, Comparison& comparison) {
  const nlohmann::json& settings = fixture.about.at("optimizer");
  const double lr = settings.at("lr").get<double>(), steps = settings.at("steps").get<double>();
  const double noise = gradient_noise(fixture, "grad/");
  int64_t entries = 0, far = 0;
  for (const auto& item : model.named_parameters()) {
    const std::string name = "after/" + item.key();
    if (!fixture.has(name) || largest_entry(fixture.at("grad/" + item.key())) <= noise) continue;
    const torch::Tensor found = without_zero_slice(fixture, item.key(), item.value());
    const torch::Tensor expected = without_zero_slice(fixture, item.key(), fixture.at(name));
    comparison.absolute(name, found, expected, steps * lr);
    entries += found.numel();
    far += (found.detach() - expected).abs().gt(0.02 * lr).sum().item<int64_t>();
  }
  comparison.deviation("after/ (share beyond 0.02 lr)", static_cast<double>(far) / static_cast<double>(entries), 1e-3);
}

void compare_groups(const Fixture& fixture, const std::vector<ParamGroup>& groups, Comparison& comparison) {
  const nlohmann::json& expected = fixture.about.at("param_groups");
  comparison.holds("param_groups (count)", groups.size() == expected.size());
  for (size_t i = 0; i < std::min(groups.size(), expected.size()); ++i) {
    const std::string name = "param_groups." + std::to_string(i);
    comparison.relative(name + ".weight_decay", groups[i].weight_decay, expected[i].at("weight_decay").get<double>(),
                        0);
    comparison.holds(name + ".params", groups[i].names == expected[i].at("params").get<std::vector<std::string>>());
  }
}

}  // namespace

void compare_optimiser_steps(const Fixture& fixture, torch::nn::Module& model,
                             const std::function<torch::Tensor(int64_t step)>& loss_of,
                             const std::vector<std::string>& spared, Comparison& comparison) {
  const nlohmann::json& settings = fixture.about.at("optimizer");
  const auto betas = settings.at("betas").get<std::vector<double>>();
  const MasterWeights weights(model);
  const auto groups = weight_decay_groups(weights.trainable(), settings.at("weight_decay").get<double>(), spared);
  compare_groups(fixture, groups, comparison);
  AdamW optimiser(weights, groups, {betas.at(0), betas.at(1), settings.at("eps").get<double>()});
  std::vector<torch::Tensor> losses, norms;
  for (int64_t step = 0; step < settings.at("steps").get<int64_t>(); ++step) {
    const torch::Tensor loss = loss_of(step);
    model.zero_grad();
    loss.backward();
    losses.push_back(loss.detach());
    norms.push_back(grad_norm(optimiser.model_gradients()));
    optimiser.step(optimiser.model_gradients(), {.learning_rate = settings.at("lr").get<double>()});
  }
  comparison.scaled("out/step_losses", torch::stack(losses), fixture.at("out/step_losses"));
  if (fixture.has("out/step_grad_norms")) {
    comparison.scaled("out/step_grad_norms", torch::stack(norms), fixture.at("out/step_grad_norms"), kGradients);
  }
  compare_updated(fixture, model, comparison);
}

}  // namespace itpn::golden
