// backbone_*, clip_finetune: the classification model; masked_tokens_*: kept tokens and key masks; pyramid_*: levels
// and gradients.
#include <torch/torch.h>

#include "itpn/models/classification/classification_loss.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/ops/relative_position.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

Classifier load_classifier(const Fixture& fixture, Comparison& comparison) {
  const nlohmann::json& config = fixture.about.at("config");
  Classifier model(
      ClassifierConfig{.backbone = backbone_config(config), .num_classes = config.at("num_classes").get<int64_t>()}, 0);
  load_weights(*model, fixture.below("weights/"), comparison);
  return model;
}

// Soft targets need no smoothing; hard labels may have it.
void compare_losses(const Fixture& fixture, const torch::Tensor& logits, Comparison& comparison) {
  const std::string smoothing = "loss_label_smoothing_";
  for (const auto& [name, expected] : fixture.below("out/")) {
    if (name == "loss_soft") {
      comparison.scaled("out/" + name, soft_target_cross_entropy(logits, fixture.at("in/soft_targets")), expected);
    } else if (name.starts_with(smoothing)) {
      const double amount = std::stod(name.substr(smoothing.size()));
      comparison.scaled("out/" + name, label_smoothing_cross_entropy(logits, fixture.at("in/labels"), amount),
                        expected);
    }
  }
}

void check_backbone(const Fixture& fixture, Comparison& comparison) {
  Classifier model = load_classifier(fixture, comparison);
  std::map<std::string, torch::Tensor> seen;
  const Observer observer = [&](const std::string& name, const torch::Tensor& value) { seen[name] = value; };
  BackboneInput input;
  input.images = fixture.at("in/images");
  input.observer = &observer;
  const ClassifierOutput output = model->forward(input);
  const torch::Tensor loss = torch::nn::functional::cross_entropy(output.logits, fixture.at("in/labels"));
  compare_observed("act", seen, fixture, comparison);
  compare_observed("out",
                   {{"tokens", output.tokens},
                    {"pooled", output.pooled},
                    {"fc_norm", output.normed},
                    {"logits", output.logits},
                    {"loss", loss}},
                   fixture, comparison);
  compare_losses(fixture, output.logits, comparison);
  loss.backward();
  compare_gradients(*model, fixture, "grad/", comparison);
}

void check_masked_tokens(const Fixture& fixture, Comparison& comparison) {
  const torch::NoGradGuard no_grad;
  Classifier model = load_classifier(fixture, comparison);
  BackboneInput input;
  input.images = fixture.at("in/images");
  input.ids_keep = fixture.at("in/ids_keep");
  if (fixture.has("out/rpe_index_gathered")) {
    comparison.exact("out/rpe_index_gathered",
                     ops::gather_position_index(model->backbone.relative_position_index, input.ids_keep),
                     fixture.at("out/rpe_index_gathered"));
  }
  comparison.scaled("out/tokens", model->forward(input).tokens, fixture.at("out/tokens"));
  if (!fixture.has("in/key_mask")) return;
  input.key_mask = fixture.at("in/key_mask");
  comparison.scaled("out/tokens_with_key_mask", model->forward(input).tokens, fixture.at("out/tokens_with_key_mask"));
}

void check_pyramid(const Fixture& fixture, Comparison& comparison) {
  const nlohmann::json& config = fixture.about.at("config");
  Itpn model(backbone_config(config), pyramid_config(config));
  load_weights(*model, fixture.below("weights/"), comparison);
  BackboneInput input;
  input.images = fixture.at("in/images");
  const std::vector<torch::Tensor> levels = model->forward(input);
  torch::Tensor loss = torch::zeros({});
  for (size_t i = 0; i < levels.size(); ++i) {
    const std::string level = std::to_string(i);
    comparison.scaled("out/level" + level, levels[i], fixture.at("out/level" + level));
    loss = loss + (levels[i] * fixture.at("in/cotangent" + level)).mean();
  }
  comparison.scaled("out/loss", loss, fixture.at("out/loss"));
  loss.backward();
  compare_gradients(*model, fixture, "grad/", comparison);
}

const bool kAddedBackbone = add_kind("backbone", check_backbone) && add_kind("masked_tokens", check_masked_tokens) &&
                            add_kind("pyramid", check_pyramid) && add_kind("clip_finetune", check_backbone);

}  // namespace
}  // namespace itpn::golden
