#include "tests/golden/step_fixtures.h"

#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <set>

#include "itpn/optim/adamw.h"
#include "itpn/optim/grad_norm.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

// What the steps gave.
struct StepResults {
  std::vector<torch::Tensor> losses, norms;
  std::map<std::string, double> gradients;  // of the first step: the largest entry of each parameter's
};

// Parameters whose gradient is rounding noise, which AdamW amplifies to whole steps: here, and in the fixture where it
// holds gradients.
std::set<std::string> noise_driven(const Fixture& fixture, const StepResults& results) {
  double largest = 0.0;
  for (const auto& [name, entry] : results.gradients) largest = std::max(largest, entry);
  const double held = largest_gradient(fixture, "grad/"), noise = Tolerances{}.noise;
  std::set<std::string> names;
  for (const auto& [name, entry] : results.gradients) {
    const bool is_held = fixture.has("grad/" + name);
    const bool is_noise_there = is_held && largest_entry(fixture.at("grad/" + name)) <= noise * held;
    if (entry <= noise * largest && (is_noise_there || !is_held)) names.insert(name);
  }
  return names;
}

// 99.9 % of the entries of all parameters lie within 0.02 * lr, all within steps * lr.
void compare_updated(const Fixture& fixture, torch::nn::Module& model, const StepResults& results,
                     Comparison& comparison) {
  const nlohmann::json& settings = fixture.about.at("optimizer");
  const double lr = settings.at("lr").get<double>(), steps = settings.at("steps").get<double>();
  const std::set<std::string> left_out = noise_driven(fixture, results);
  int64_t entries = 0, far = 0;
  for (const auto& item : model.named_parameters()) {
    const std::string name = "after/" + item.key();
    if (!fixture.has(name) || left_out.contains(item.key())) continue;
    const torch::Tensor found = without_zero_slice(fixture, item.key(), item.value());
    const torch::Tensor expected = without_zero_slice(fixture, item.key(), fixture.at(name));
    comparison.absolute(name, found, expected, steps * lr);
    entries += found.numel();
    if (found.sizes() == expected.sizes()) far += (found.detach() - expected).abs().gt(0.02 * lr).sum().item<int64_t>();
  }
  if (entries == 0) return;
  comparison.deviation("after/ (share beyond 0.02 lr)", static_cast<double>(far) / static_cast<double>(entries), 1e-3);
}

void compare_groups(const Fixture& fixture, const std::vector<ParamGroup>& groups, Comparison& comparison) {
  if (!fixture.about.contains("param_groups")) return;
  const nlohmann::json& expected = fixture.about.at("param_groups");
  comparison.holds("param_groups (count)", groups.size() == expected.size());
  for (size_t i = 0; i < std::min(groups.size(), expected.size()); ++i) {
    const std::string name = "param_groups." + std::to_string(i);
    comparison.relative(name + ".weight_decay", groups[i].weight_decay, expected[i].at("weight_decay").get<double>(),
                        0);
    comparison.holds(name + ".params", groups[i].names == expected[i].at("params").get<std::vector<std::string>>());
  }
}

bool has_step_results(const Fixture& fixture) {
  if (!fixture.about.contains("optimizer")) return false;
  const bool has_any = fixture.has("out/step_losses") || fixture.has("out/step_grad_norms") ||
                       fixture.about.contains("param_groups") || !fixture.below("after/").empty();
  return has_any && fixture.about["optimizer"].at("steps").get<int64_t>() > 0;
}

std::map<std::string, double> gradient_sizes(const torch::nn::Module& model) {
  std::map<std::string, double> sizes;
  for (const auto& item : model.named_parameters()) {
    if (item.value().grad().defined()) sizes[item.key()] = largest_entry(item.value().grad());
  }
  return sizes;
}

StepResults take_steps(const nlohmann::json& settings, torch::nn::Module& model, Optimizer& optimiser,
                       const std::function<torch::Tensor(int64_t step)>& loss_of) {
  StepResults results;
  for (int64_t step = 0; step < settings.at("steps").get<int64_t>(); ++step) {
    const torch::Tensor loss = loss_of(step);
    model.zero_grad();
    loss.backward();
    results.losses.push_back(loss.detach());
    if (step == 0) results.gradients = gradient_sizes(model);
    results.norms.push_back(grad_norm(optimiser.model_gradients()));
    optimiser.step(optimiser.model_gradients(), {.learning_rate = settings.at("lr").get<double>()});
  }
  return results;
}

}  // namespace

void compare_optimiser_steps(const Fixture& fixture, torch::nn::Module& model,
                             const std::function<torch::Tensor(int64_t step)>& loss_of,
                             const std::vector<std::string>& spared, Comparison& comparison) {
  if (!has_step_results(fixture)) return;
  const nlohmann::json& settings = fixture.about.at("optimizer");
  const auto betas = settings.at("betas").get<std::vector<double>>();
  model.to(fixture.setting.device);
  const MasterWeights weights(model);
  const auto groups = weight_decay_groups(weights.trainable(), settings.at("weight_decay").get<double>(), spared);
  compare_groups(fixture, groups, comparison);
  AdamW optimiser(weights, groups, {betas.at(0), betas.at(1), settings.at("eps").get<double>()});
  place(model, fixture.setting);
  const StepResults found = take_steps(settings, model, optimiser, loss_of);
  compare_held(fixture, "out/step_losses", torch::stack(found.losses), comparison);
  const std::string norms = "out/step_grad_norms";
  if (fixture.has(norms)) {
    comparison.scaled(norms, torch::stack(found.norms), fixture.at(norms), comparison.tolerances().gradients);
  }
  // AdamW's first steps go by the signs of gradients, which short floats decide otherwise where they are small.
  if (fixture.setting.dtype == torch::kFloat32) compare_updated(fixture, model, found, comparison);
}

}  // namespace itpn::golden
