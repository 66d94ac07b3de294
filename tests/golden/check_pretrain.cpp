// pretrain_pixel*: masked image modelling, forward, loss, gradients and optimiser steps.
#include <torch/torch.h>

#include "itpn/models/mim/mim_model.h"
#include "itpn/models/mim/pixel_loss.h"
#include "tests/golden/model_fixtures.h"
#include "tests/golden/step_fixtures.h"

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

void compare_steps(const Fixture& fixture, const MimConfig& config, Comparison& comparison) {
  MimModel model(config, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  const auto loss_of = [&](int64_t step) {
    MimInput input;
    input.images = fixture.at("in/images");
    input.noise = fixture.at("in/noise")[step];
    return model->forward(input).loss;
  };
  compare_optimiser_steps(fixture, *model, loss_of, /*spared=*/{}, comparison);
}

void check_pretrain(const Fixture& fixture, Comparison& comparison) {
  const MimConfig config = mim_config(fixture.about.at("config"));
  MimModel model(config, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  compare_first_step(fixture, model, comparison);
  compare_raw_loss(fixture, config, comparison);
  compare_steps(fixture, config, comparison);
}

const bool kAddedPretrain = add_kind("pretrain_pixel", check_pretrain);

}  // namespace
}  // namespace itpn::golden
