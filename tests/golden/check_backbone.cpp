// backbone_*, clip_finetune: the classification model; masked_tokens_*: kept tokens and key masks; pyramid_*: levels
// and gradients.
#include <torch/torch.h>

#include "itpn/models/classification/classification_loss.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/ops/relative_position.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

// Without weights of a head, or of the norm before it, the model has some that nothing reads.
Classifier load_classifier(const Fixture& fixture, Comparison& comparison) {
  const auto weights = fixture.below("weights/");
  std::vector<std::string> missing;
  for (const char* part : {"head.", "fc_norm."}) {
    if (!weights.contains(part + std::string("weight"))) missing.emplace_back(part);
  }
  const auto head = weights.find("head.weight");
  const int64_t classes = head == weights.end() ? 1 : head->second.size(0);
  Classifier model(ClassifierConfig{.backbone = backbone_config(fixture.about.at("config")), .num_classes = classes},
                   0);
  load_weights(*model, weights, comparison, missing);
  place(*model, fixture.setting);
  return model;
}

// Soft targets need no smoothing; hard labels may have it.
void compare_other_losses(const Fixture& fixture, const torch::Tensor& logits, Comparison& comparison) {
  if (fixture.has("in/soft_targets")) {
    compare_held(fixture, "out/loss_soft", soft_target_cross_entropy(logits, fixture.at("in/soft_targets")),
                 comparison);
  }
  if (!fixture.has("in/labels")) return;
  const std::string smoothing = "loss_label_smoothing_";
  for (const auto& [name, expected] : fixture.below("out/" + smoothing)) {
    const torch::Tensor loss = label_smoothing_cross_entropy(logits, fixture.at("in/labels"), std::stod(name));
    comparison.scaled("out/" + smoothing + name, loss, expected);
  }
}

// What needs the classes of the pictures: the loss, and gradients of it.
void compare_losses(const Fixture& fixture, Classifier& model, const torch::Tensor& logits, Comparison& comparison) {
  compare_other_losses(fixture, logits, comparison);
  if (!fixture.has("in/labels")) return;
  const torch::Tensor loss = torch::nn::functional::cross_entropy(logits, fixture.at("in/labels"));
  compare_held(fixture, "out/loss", loss, comparison);
  loss.backward();
  compare_gradients(*model, fixture, "grad/", comparison);
}

void check_backbone(const Fixture& fixture, Comparison& comparison) {
  Classifier model = load_classifier(fixture, comparison);
  std::map<std::string, torch::Tensor> seen;
  const Observer observer = [&](const std::string& name, const torch::Tensor& value) { seen[name] = value; };
  BackboneInput input;
  input.images = fixture.at("in/images");
  input.observer = &observer;
  const ClassifierOutput output = model->forward(input);
  // A published model without a head gives its normed features where others give logits.
  const torch::Tensor logits = fixture.has("weights/head.weight") ? output.logits.to(torch::kFloat32) : output.normed;
  compare_observed("act", seen, fixture, comparison);
  compare_observed(
      "out", {{"tokens", output.tokens}, {"pooled", output.pooled}, {"fc_norm", output.normed}, {"logits", logits}},
      fixture, comparison);
  compare_losses(fixture, model, logits, comparison);
}

void check_masked_tokens(const Fixture& fixture, Comparison& comparison) {
  const torch::NoGradGuard no_grad;
  Classifier model = load_classifier(fixture, comparison);
  BackboneInput input;
  input.images = fixture.at("in/images");
  input.ids_keep = fixture.at("in/ids_keep");
  if (model->config.backbone.rpe) {
    compare_held_exactly(fixture, "out/rpe_index_gathered",
                         ops::gather_position_index(model->backbone.relative_position_index, input.ids_keep),
                         comparison);
  }
  compare_held(fixture, "out/tokens", model->forward(input).tokens, comparison);
  if (!fixture.has("in/key_mask")) return;
  input.key_mask = fixture.at("in/key_mask");
  compare_held(fixture, "out/tokens_with_key_mask", model->forward(input).tokens, comparison);
}

// The sum over the levels of mean(level * cotangent), whose terms cancel; undefined unless the fixture has a cotangent
// for each level.
struct LevelLoss {
  torch::Tensor value, size_of_terms;
};

LevelLoss level_loss(const Fixture& fixture, const std::vector<torch::Tensor>& levels) {
  LevelLoss loss;
  for (size_t i = 0; i < levels.size(); ++i) {
    const std::string cotangent = "in/cotangent" + std::to_string(i);
    if (!fixture.has(cotangent)) return {};
    const torch::Tensor terms = levels[i] * fixture.at(cotangent);
    const torch::Tensor size = terms.detach().abs().mean();
    loss.value = i == 0 ? terms.mean() : loss.value + terms.mean();
    loss.size_of_terms = i == 0 ? size : loss.size_of_terms + size;
  }
  return loss;
}

void check_pyramid(const Fixture& fixture, Comparison& comparison) {
  const nlohmann::json& config = fixture.about.at("config");
  Itpn model(backbone_config(config), pyramid_config(config));
  load_weights(*model, fixture.below("weights/"), comparison);
  place(*model, fixture.setting);
  BackboneInput input;
  input.images = fixture.at("in/images");
  const std::vector<torch::Tensor> levels = model->forward(input);
  for (size_t i = 0; i < levels.size(); ++i) {
    compare_held(fixture, "out/level" + std::to_string(i), levels[i], comparison);
  }
  const LevelLoss loss = level_loss(fixture, levels);
  if (!loss.value.defined()) return;
  if (fixture.has("out/loss")) {
    comparison.cancelling("out/loss", loss.value, fixture.at("out/loss"), loss.size_of_terms);
  }
  loss.value.backward();
  compare_gradients(*model, fixture, "grad/", comparison);
}

const bool kAddedBackbone = add_kind("backbone", {check_backbone, Runs::kModels}) &&
                            add_kind("masked_tokens", {check_masked_tokens, Runs::kModels}) &&
                            add_kind("pyramid", {check_pyramid, Runs::kModels}) &&
                            add_kind("clip_finetune", {check_backbone, Runs::kModels});

}  // namespace
}  // namespace itpn::golden
