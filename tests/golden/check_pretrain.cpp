// pretrain_pixel*: masked image modelling, forward, loss, gradients and optimiser steps.
#include <torch/torch.h>

#include "itpn/models/mim/mim_model.h"
#include "itpn/models/mim/pixel_loss.h"
#include "itpn/optim/adamw.h"
#include "itpn/optim/grad_norm.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

void compare_mask(const Fixture& fixture, const PatchMask& mask, Comparison& comparison) {
  comparison.exact("out/ids_keep", mask.ids_keep, fixture.at("out/ids_keep"));
  comparison.exact("out/ids_restore", mask.ids_restore, fixture.at("out/ids_restore"));
  comparison.exact("out/mask", mask.is_hidden, fixture.at("out/mask"));
}

// The same weights with targets that are not normalised.
void compare_raw_loss(const Fixture& fixture, MimConfig config, Comparison& comparison) {
  const torch::NoGradGuard no_grad;
  config.normalise_pixels = false;
  MimModel model(config, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  MimInput input;
  input.images = fixture.at("in/images");
  input.noise = fixture.at("in/noise")[0];
  comparison.scaled("out/loss_without_pixel_normalisation", model->forward(input).loss,
                    fixture.at("out/loss_without_pixel_normalisation"));
}

void compare_first_step(const Fixture& fixture, MimModel& model, Comparison& comparison) {
  std::map<std::string, torch::Tensor> seen;
  const Observer observer = [&](const std::string& name, const torch::Tensor& value) { seen[name] = value; };
  MimInput input;
  input.images = fixture.at("in/images");
  input.noise = fixture.at("in/noise")[0];
  input.want_prediction = true;
  input.observer = &observer;
  const MimOutput output = model->forward(input);
  compare_mask(fixture, output.mask, comparison);
  compare_observed("act", seen, fixture, comparison);
  compare_observed("out", seen, fixture, comparison);
  comparison.scaled("out/pred", output.prediction, fixture.at("out/pred"));
  comparison.scaled("out/loss", output.loss, fixture.at("out/loss"));
  const int64_t patch = model->config.backbone.patch_size;
  comparison.exact("out/target_patchify", pixel_targets(input.images, patch, false), fixture.at("out/target_patchify"));
  comparison.scaled("out/target_normalised", pixel_targets(input.images, patch, true),
                    fixture.at("out/target_normalised"));
  output.loss.backward();
  compare_gradients(*model, fixture, "grad/", comparison);
}

// 99.9 % of the entries of all parameters lie within 0.02 * lr, all within steps * lr.
void compare_updated(const Fixture& fixture, MimModel& model, Comparison& comparison) {
  const nlohmann::json& settings = fixture.about.at("optimizer");
  const double lr = settings.at("lr").get<double>(), steps = settings.at("steps").get<double>();
  const double noise = gradient_noise(fixture, "grad/");
  int64_t entries = 0, far = 0;
  for (const auto& item : model->named_parameters()) {
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

void compare_steps(const Fixture& fixture, const MimConfig& config, Comparison& comparison) {
  MimModel model(config, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  const nlohmann::json& settings = fixture.about.at("optimizer");
  const auto betas = settings.at("betas").get<std::vector<double>>();
  const MasterWeights weights(*model);
  const auto groups = weight_decay_groups(weights.trainable(), settings.at("weight_decay").get<double>());
  compare_groups(fixture, groups, comparison);
  AdamW optimiser(weights, groups, {betas.at(0), betas.at(1), settings.at("eps").get<double>()});
  std::vector<torch::Tensor> losses, norms;
  for (int64_t step = 0; step < settings.at("steps").get<int64_t>(); ++step) {
    MimInput input;
    input.images = fixture.at("in/images");
    input.noise = fixture.at("in/noise")[step];
    const torch::Tensor loss = model->forward(input).loss;
    model->zero_grad();
    loss.backward();
    losses.push_back(loss.detach());
    norms.push_back(grad_norm(optimiser.model_gradients()));
    optimiser.step(optimiser.model_gradients(), {.learning_rate = settings.at("lr").get<double>()});
  }
  comparison.scaled("out/step_losses", torch::stack(losses), fixture.at("out/step_losses"));
  comparison.scaled("out/step_grad_norms", torch::stack(norms), fixture.at("out/step_grad_norms"), kGradients);
  compare_updated(fixture, model, comparison);
}

void check_pretrain(const Fixture& fixture, Comparison& comparison) {
  const MimConfig config = mim_config(fixture.about.at("config"));
  MimModel model(config, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  compare_first_step(fixture, model, comparison);
  compare_raw_loss(fixture, config, comparison);
  compare_steps(fixture, config, comparison);
}

const bool kAdded = add_kind("pretrain_pixel", check_pretrain);

}  // namespace
}  // namespace itpn::golden
