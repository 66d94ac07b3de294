// mfm*: masked feature modelling with each teacher input: features, losses, gradients, one step of the moving average.
#include <torch/torch.h>

#include "itpn/models/mim/mim_model.h"
#include "itpn/optim/ema.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

struct Variant {
  std::string teacher_input;  // visible, full, masked
  std::string heads;          // prefix of the heads' weights
};

// Students and heads are stored apart; the model has the heads at mfm_head.
MimModel load_model(const Fixture& fixture, const Variant& variant, Comparison& comparison) {
  MimConfig config = mim_config(fixture.about.at("config"));
  config.mfm.enabled = true;
  config.mfm.teacher_input = variant.teacher_input;
  config.mfm.weight = fixture.about.at("definition").at("lam").get<double>();
  MimModel model(config, 0);
  auto weights = fixture.below("student/");
  for (const auto& [name, value] : fixture.below(variant.heads)) weights["mfm_head." + name] = value;
  load_weights(*model, weights, comparison);
  const torch::NoGradGuard no_grad;
  for (auto& item : model->teacher()->named_parameters()) item.value().copy_(fixture.at("teacher/" + item.key()));
  return model;
}

void compare_teacher(const Fixture& fixture, MimModel& model, const PatchMask& mask, Comparison& comparison) {
  const std::string& input = model->config.mfm.teacher_input;
  const torch::Tensor ids = input == "full" ? torch::Tensor() : input == "masked" ? mask.ids_hidden : mask.ids_keep;
  const auto levels =
      feature_targets(model->teacher()->forward(fixture.at("in/images"), ids), model->mfm_head.size(), {});
  for (size_t i = 0; i < levels.size(); ++i) {
    const std::string name = "out/teacher_" + input + "_level" + std::to_string(i);
    comparison.scaled(name, levels[i], fixture.at(name));
  }
}

void compare_heads(const Fixture& fixture, MimModel& model, Comparison& comparison) {
  for (const auto& [name, expected] : fixture.below("grad_visible/heads/")) {
    const torch::Tensor& head = model->named_parameters()["mfm_head." + name];
    comparison.scaled("grad_visible/heads/" + name, head.grad(), expected, kGradients);
  }
}

void check_variant(const Fixture& fixture, const Variant& variant, Comparison& comparison) {
  MimModel model = load_model(fixture, variant, comparison);
  std::map<std::string, torch::Tensor> seen;
  const Observer observer = [&](const std::string& name, const torch::Tensor& value) {
    seen["student_" + name] = value;
  };
  MimInput input;
  input.images = fixture.at("in/images");
  input.noise = fixture.at("in/noise");
  input.observer = &observer;
  const MimOutput output = model->forward(input);
  comparison.exact("out/ids_keep", output.mask.ids_keep, fixture.at("out/ids_keep"));
  comparison.exact("out/ids_mask", output.mask.ids_hidden, fixture.at("out/ids_mask"));
  compare_observed("out", seen, fixture, comparison);
  compare_teacher(fixture, model, output.mask, comparison);
  comparison.scaled("out/loss_mim", output.losses.at(0).value, fixture.at("out/loss_mim"));
  const std::string prefix = "out/" + variant.teacher_input + "/loss_";
  for (size_t i = 0; i < model->mfm_head.size(); ++i) {
    const std::string name = prefix + "level" + std::to_string(i);
    comparison.scaled(name, output.losses.at(i + 1).value, fixture.at(name));
  }
  comparison.scaled(prefix + "total", output.loss, fixture.at(prefix + "total"));
  const std::string gradients = "grad_" + variant.teacher_input + "/student/";
  if (fixture.below(gradients).empty()) return;
  output.loss.backward();
  compare_gradients(*model, fixture, gradients, comparison);
  compare_heads(fixture, model, comparison);
}

// Tensors "out/ema_MOMENTUM/NAME": the teacher after one moving average with the given student.
void compare_moving_average(const Fixture& fixture, Comparison& comparison) {
  for (const auto& [name, expected] : fixture.below("out/ema_")) {
    const size_t slash = name.find('/');
    const std::string parameter = name.substr(slash + 1);
    const torch::Tensor average = fixture.at("teacher/" + parameter).clone();
    update_ema({{fixture.at("student/" + parameter), average, {}}}, std::stod(name.substr(0, slash)));
    comparison.scaled("out/ema_" + name, average, expected, 1e-6);
  }
}

void check_mfm(const Fixture& fixture, Comparison& comparison) {
  compare_moving_average(fixture, comparison);
  for (const auto& [input, meaning] : fixture.about.at("definition").at("variants").items()) {
    check_variant(fixture, {input, input == "masked" ? "decoder_heads/" : "heads/"}, comparison);
  }
}

const bool kAddedMfm = add_kind("mfm", check_mfm);

}  // namespace
}  // namespace itpn::golden
