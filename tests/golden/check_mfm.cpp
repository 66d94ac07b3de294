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

nlohmann::json definition(const Fixture& fixture) {
  return fixture.about.value("definition", nlohmann::json::object());
}

bool has_teacher(const Fixture& fixture) { return !fixture.below("teacher/").empty(); }

// The fixture's teacher is a whole model, of which only the backbone teaches.
std::map<std::string, at::Tensor> teacher_weights(const Fixture& fixture, const torch::nn::Module& teacher) {
  std::map<std::string, at::Tensor> weights = fixture.below("teacher/");
  const auto parameters = teacher.named_parameters();
  std::erase_if(weights, [&](const auto& item) { return !parameters.contains(item.first); });
  return weights;
}

// Students and heads are stored apart; the model has the heads at mfm_head.
MimModel load_model(const Fixture& fixture, const Variant& variant, Comparison& comparison) {
  MimConfig config = mim_config(fixture.about.at("config"));
  config.mfm.enabled = true;
  config.mfm.teacher_input = variant.teacher_input;
  config.mfm.weight = definition(fixture).value("lam", config.mfm.weight);
  MimModel model(config, 0);
  auto weights = fixture.below("student/");
  for (const auto& [name, value] : fixture.below(variant.heads)) weights["mfm_head." + name] = value;
  load_weights(*model, weights, comparison);
  if (has_teacher(fixture)) load_weights(*model->teacher(), teacher_weights(fixture, *model->teacher()), comparison);
  place(*model, fixture.setting);
  place(*model->teacher(), fixture.setting);
  return model;
}

void compare_teacher(const Fixture& fixture, MimModel& model, const PatchMask& mask, Comparison& comparison) {
  const std::string& input = model->config.mfm.teacher_input;
  const torch::Tensor ids = input == "full" ? torch::Tensor() : input == "masked" ? mask.ids_hidden : mask.ids_keep;
  const auto levels =
      feature_targets(model->teacher()->forward(fixture.at("in/images"), ids), model->mfm_head.size(), {});
  for (size_t i = 0; i < levels.size(); ++i) {
    compare_held(fixture, "out/teacher_" + input + "_level" + std::to_string(i), levels[i], comparison);
  }
}

void compare_variant_gradients(const Fixture& fixture, const Variant& variant, MimModel& model,
                               Comparison& comparison) {
  const std::string prefix = "grad_" + variant.teacher_input + "/", heads = prefix + "heads/";
  compare_gradients(*model, fixture, prefix + "student/", comparison);
  for (const auto& [name, expected] : fixture.below(heads)) {
    const torch::Tensor& head = model->named_parameters()["mfm_head." + name];
    comparison.scaled(heads + name, head.grad(), expected, comparison.tolerances().gradients);
  }
}

// The terms that the teacher has a part in, and their gradients.
void compare_features(const Fixture& fixture, const Variant& variant, MimModel& model, const MimOutput& output,
                      Comparison& comparison) {
  compare_teacher(fixture, model, output.mask, comparison);
  const std::string prefix = "out/" + variant.teacher_input + "/loss_";
  for (size_t i = 0; i < model->mfm_head.size(); ++i) {
    compare_held(fixture, prefix + "level" + std::to_string(i), output.losses.at(i + 1).value, comparison);
  }
  compare_held(fixture, prefix + "total", output.loss, comparison);
  output.loss.backward();
  compare_variant_gradients(fixture, variant, model, comparison);
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
  compare_held_exactly(fixture, "out/ids_keep", output.mask.ids_keep, comparison);
  compare_held_exactly(fixture, "out/ids_mask", output.mask.ids_hidden, comparison);
  compare_observed("out", seen, fixture, comparison);
  compare_held(fixture, "out/loss_mim", output.losses.at(0).value, comparison);
  if (has_teacher(fixture)) compare_features(fixture, variant, model, output, comparison);
}

// Tensors "out/ema_MOMENTUM/NAME": the teacher after one moving average with the given student.
void compare_moving_average(const Fixture& fixture, Comparison& comparison) {
  for (const auto& [name, expected] : fixture.below("out/ema_")) {
    const size_t slash = name.find('/');
    const std::string parameter = name.substr(slash + 1);
    const torch::Tensor average = fixture.at("teacher/" + parameter).clone();
    update_ema({{fixture.at("student/" + parameter), average, {}}}, std::stod(name.substr(0, slash)));
    comparison.scaled("out/ema_" + name, average, expected, kRelative);
  }
}

// The variants whose heads are there, by what their teacher sees.
void check_mfm(const Fixture& fixture, Comparison& comparison) {
  compare_moving_average(fixture, comparison);
  for (const std::string input : {"visible", "masked", "full"}) {
    const Variant variant{input, input == "masked" ? "decoder_heads/" : "heads/"};
    if (!fixture.below(variant.heads).empty()) check_variant(fixture, variant, comparison);
  }
}

const bool kAddedMfm = add_kind("mfm", {check_mfm, Runs::kModels});

}  // namespace
}  // namespace itpn::golden
