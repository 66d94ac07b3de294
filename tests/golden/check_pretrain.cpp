// pretrain_pixel*: masked image modelling, forward, loss, gradients and optimiser steps.
#include <torch/torch.h>

#include "itpn/models/mim/mim_model.h"
#include "itpn/models/mim/pixel_loss.h"
#include "tests/golden/model_fixtures.h"
#include "tests/golden/step_fixtures.h"

namespace itpn::golden {
namespace {

void compare_mask(const Fixture& fixture, const PatchMask& mask, Comparison& comparison) {
  compare_held_exactly(fixture, "out/ids_keep", mask.ids_keep, comparison);
  compare_held_exactly(fixture, "out/ids_restore", mask.ids_restore, comparison);
  compare_held_exactly(fixture, "out/mask", mask.is_hidden, comparison);
}

// (B, N); a fixture without steps may hold that of one.
torch::Tensor noise_of(const Fixture& fixture, int64_t step) {
  const torch::Tensor& noise = fixture.at("in/noise");
  return noise.dim() == 2 ? noise : noise[step];
}

// The same weights with targets that are not normalised.
void compare_raw_loss(const Fixture& fixture, MimConfig config, Comparison& comparison) {
  const torch::NoGradGuard no_grad;
  config.normalise_pixels = false;
  MimModel model(config, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  place(*model, fixture.setting);
  MimInput input;
  input.images = fixture.at("in/images");
  input.noise = noise_of(fixture, 0);
  compare_held(fixture, "out/loss_without_pixel_normalisation", model->forward(input).loss, comparison);
}

void compare_first_step(const Fixture& fixture, MimModel& model, Comparison& comparison) {
  std::map<std::string, torch::Tensor> seen;
  const Observer observer = [&](const std::string& name, const torch::Tensor& value) { seen[name] = value; };
  MimInput input;
  input.images = fixture.at("in/images");
  input.noise = noise_of(fixture, 0);
  input.want_prediction = true;
  input.observer = &observer;
  const MimOutput output = model->forward(input);
  compare_mask(fixture, output.mask, comparison);
  compare_observed("act", seen, fixture, comparison);
  compare_observed("out", seen, fixture, comparison);
  compare_held(fixture, "out/pred", output.prediction, comparison);
  compare_held(fixture, "out/loss", output.loss, comparison);
  const int64_t patch = model->config.backbone.patch_size;
  compare_held_exactly(fixture, "out/target_patchify", pixel_targets(input.images, patch, false), comparison);
  compare_held(fixture, "out/target_normalised", pixel_targets(input.images, patch, true), comparison);
  output.loss.backward();
  compare_gradients(*model, fixture, "grad/", comparison);
}

void compare_steps(const Fixture& fixture, const MimConfig& config, Comparison& comparison) {
  MimModel model(config, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  const auto loss_of = [&](int64_t step) {
    MimInput input;
    input.images = fixture.at("in/images");
    input.noise = noise_of(fixture, step);
    return model->forward(input).loss;
  };
  compare_optimiser_steps(fixture, *model, loss_of, /*spared=*/{}, comparison);
}

void check_pretrain(const Fixture& fixture, Comparison& comparison) {
  const MimConfig config = mim_config(fixture.about.at("config"));
  MimModel model(config, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  place(*model, fixture.setting);
  compare_first_step(fixture, model, comparison);
  compare_raw_loss(fixture, config, comparison);
  compare_steps(fixture, config, comparison);
}

const bool kAddedPretrain = add_kind("pretrain_pixel", {check_pretrain, Runs::kModels});

}  // namespace
}  // namespace itpn::golden
