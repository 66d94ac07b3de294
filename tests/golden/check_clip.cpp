// clip_pretrain*: the student of CLIP-supervised pre-training, forward, losses, gradients and optimiser steps.
// clip_teacher: the vision tower, and the targets that it gives.
#include <fmt/format.h>
#include <torch/torch.h>

#include "itpn/models/clip/clip_vision.h"
#include "itpn/models/mim/distill_model.h"
#include "tests/golden/model_fixtures.h"
#include "tests/golden/step_fixtures.h"

namespace itpn::golden {
namespace {

DistillModelConfig student_config(const nlohmann::json& c) {
  DistillModelConfig config;
  config.backbone = backbone_config(c);
  config.pyramid = pyramid_config(c);
  config.teacher_dim = c.value("teacher_dim", config.teacher_dim);
  config.aux_norm_eps = c.value("cls_pt_norm_eps", config.aux_norm_eps);
  return config;
}

// Without the teacher's features there are no losses, but predictions.
DistillInput input_of(const Fixture& fixture, const DistillModelConfig& config) {
  DistillInput input;
  input.images = fixture.at("in/images");
  input.is_hidden = fixture.at("in/mask");
  const int64_t B = input.is_hidden.size(0), N = input.is_hidden.size(1);
  input.targets = fixture.has("in/targets") ? fixture.at("in/targets")
                                            : torch::zeros({B, N, config.teacher_dim}, input.images.options());
  return input;
}

void compare_first_step(const Fixture& fixture, DistillModel& model, Comparison& comparison) {
  std::map<std::string, torch::Tensor> seen;
  const Observer observer = [&](const std::string& name, const torch::Tensor& value) { seen[name] = value; };
  DistillInput input = input_of(fixture, model->config);
  input.observer = &observer;
  const DistillOutput output = model->forward(input);
  compare_observed("act", seen, fixture, comparison);
  compare_observed("out", seen, fixture, comparison);
  compare_held(fixture, "out/pred", output.prediction, comparison);
  compare_held(fixture, "out/pred_aux", output.aux_prediction, comparison);
  if (!fixture.has("in/targets")) return;
  compare_held(fixture, "out/loss_main", output.losses.at(0).value, comparison);
  compare_held(fixture, "out/loss_aux", output.losses.at(1).value, comparison);
  compare_held(fixture, "out/loss", output.loss, comparison);
  output.loss.backward();
  compare_gradients(*model, fixture, "grad/", comparison);
}

void check_student(const Fixture& fixture, Comparison& comparison) {
  const DistillModelConfig config = student_config(fixture.about.at("config"));
  DistillModel model(config, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  place(*model, fixture.setting);
  compare_first_step(fixture, model, comparison);
  if (!fixture.has("in/targets")) return;
  DistillModel again(config, 0);
  load_weights(*again, fixture.below("weights/"), comparison);
  compare_optimiser_steps(
      fixture, *again, [&](int64_t) { return again->forward(input_of(fixture, config)).loss; }, {"absolute_pos_embed"},
      comparison);
}

// The tower of a fixture's tensors; names, shapes and number of heads come from the files.
ClipVision tower_of(const Fixture& fixture, Comparison& comparison) {
  std::vector<TensorInfo> infos;
  for (const auto& [name, tensor] : fixture.below("weights/")) {
    infos.push_back({name, DType::kF32, tensor.sizes().vec(), 0, 0});
  }
  const ClipFileLayout layout = find_clip_layout(infos, fixture.name);
  const nlohmann::json& config = fixture.about.at("config");
  comparison.require("heads", layout.sizes.num_heads == config.value("heads", layout.sizes.num_heads));
  ClipVision tower(layout.sizes);
  load_weights(*tower, fixture.below("weights/" + layout.prefix), comparison);
  tower->to(fixture.setting.device);
  if (fixture.setting.dtype != torch::kFloat32) tower->cast_matrices(fixture.setting.dtype);
  return tower;
}

// The intermediate values of one input, by their names in the fixture.
std::map<std::string, torch::Tensor> teacher_values(ClipVision& tower, const torch::Tensor& images) {
  std::map<std::string, torch::Tensor> values;
  const ClipObserver observer = [&](const std::string& name, const torch::Tensor& value) {
    if (name.starts_with("block")) values[name + "_LND"] = value.transpose(0, 1);
    if (name == "ln_pre") values[name] = value;
    if (name == "ln_post") values["patch_tokens_ln_post"] = value.slice(1, 1);
    if (name != "projected") return;
    values["all_tokens_projected"] = value;
    values["cls_embedding"] = value.select(1, 0);
  };
  values["scaled_images"] = clip_input(images, /*halves_contrast=*/true);
  values["target"] = clip_targets(tower->forward(values["scaled_images"], &observer));
  return values;
}

void check_teacher(const Fixture& fixture, Comparison& comparison) {
  const torch::NoGradGuard no_grad;
  ClipVision tower = tower_of(fixture, comparison);
  for (int64_t i = 0; fixture.has(fmt::format("in/images{}", i)); ++i) {
    const auto values = teacher_values(tower, fixture.at(fmt::format("in/images{}", i)));
    for (const auto& [name, expected] : fixture.below(fmt::format("out{}/", i))) {
      const auto found = values.find(name);
      comparison.require(fmt::format("out{}/{} (known)", i, name), found != values.end());
      if (found != values.end()) comparison.scaled(fmt::format("out{}/{}", i, name), found->second, expected);
    }
  }
}

const bool kAddedClip = add_kind("clip_pretrain", {check_student, Runs::kModels}) &&
                        add_kind("clip_teacher", {check_teacher, Runs::kModels});

}  // namespace
}  // namespace itpn::golden
