#include "tests/golden/made_up_fixtures.h"

#include <torch/torch.h>

#include "itpn/models/classification/classifier.h"
#include "itpn/models/mim/mim_model.h"
#include "itpn/models/mim/pixel_loss.h"
#include "itpn/optim/adamw.h"
#include "itpn/optim/grad_norm.h"
#include "tests/golden/model_fixtures.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

constexpr int64_t kImages = 2, kSide = 32, kPatches = 4;

json tiny_config() {
  return {{"img_size", kSide}, {"embed_dim", 16}, {"mlp_depth", 1}, {"depth", 1},
          {"num_heads", 2},    {"num_outs", 3},   {"fpn_dim", 8},   {"fpn_depth", 1}};
}

// With random weights and pictures.
Fixture start(const std::string& name, const json& config, torch::nn::Module& model) {
  const torch::NoGradGuard no_grad;
  Fixture fixture{name, "", {{"config", config}}, {}};
  for (auto& item : model.named_parameters()) {
    if (item.value().requires_grad()) item.value().normal_(0.0, 0.3);
    fixture.tensors["weights/" + item.key()] = item.value().clone();
  }
  fixture.tensors["in/images"] = torch::randn({kImages, 3, kSide, kSide});
  return fixture;
}

void keep_gradients(const torch::nn::Module& model, Fixture& fixture) {
  for (const auto& item : model.named_parameters()) {
    if (item.value().grad().defined()) fixture.tensors["grad/" + item.key()] = item.value().grad().clone();
  }
}

// One step, as the fixture's description says.
void take_step(MimModel& model, Fixture& fixture) {
  constexpr double kRate = 1e-3, kDecay = 0.05;
  const MasterWeights weights(*model);
  AdamW optimiser(weights, weight_decay_groups(weights.trainable(), kDecay), AdamWConfig{});
  fixture.about["optimizer"] = {
      {"lr", kRate}, {"betas", {0.9, 0.95}}, {"eps", 1e-8}, {"weight_decay", kDecay}, {"steps", 1}};
  fixture.tensors["out/step_grad_norms"] = grad_norm(optimiser.model_gradients()).reshape({1});
  optimiser.step(optimiser.model_gradients(), {.learning_rate = kRate});
  for (const auto& item : model->named_parameters()) {
    fixture.tensors["after/" + item.key()] = item.value().detach().clone();
  }
}

}  // namespace

Fixture made_up_pyramid() {
  const json config = tiny_config();
  Itpn model(backbone_config(config), pyramid_config(config));
  Fixture fixture = start("pyramid_made_up", config, *model);
  BackboneInput input;
  input.images = fixture.at("in/images");
  torch::Tensor loss = torch::zeros({});
  int64_t index = 0;
  for (const torch::Tensor& level : model->forward(input)) {
    const std::string name = std::to_string(index++);
    const torch::Tensor cotangent = torch::randn(level.sizes());
    loss = loss + (level * cotangent).mean();
    fixture.tensors["out/level" + name] = level.detach().clone();
    fixture.tensors["in/cotangent" + name] = cotangent;
  }
  fixture.tensors["out/loss"] = loss.detach().clone();
  loss.backward();
  keep_gradients(*model, fixture);
  return fixture;
}

Fixture made_up_classifier() {
  const json config = tiny_config();
  Classifier model(ClassifierConfig{.backbone = backbone_config(config), .num_classes = 5}, 0);
  Fixture fixture = start("backbone_made_up", config, *model);
  BackboneInput input;
  input.images = fixture.at("in/images");
  const ClassifierOutput output = model->forward(input);
  fixture.tensors["in/labels"] = torch::tensor({3, 1}, torch::kInt64);
  const torch::Tensor loss = torch::nn::functional::cross_entropy(output.logits, fixture.at("in/labels"));
  loss.backward();
  keep_gradients(*model, fixture);
  fixture.tensors["out/tokens"] = output.tokens.detach().clone();
  fixture.tensors["out/fc_norm"] = output.normed.detach().clone();
  fixture.tensors["out/logits"] = output.logits.detach().clone();
  fixture.tensors["out/loss"] = loss.detach().clone();
  return fixture;
}

Fixture made_up_pretraining() {
  json config = tiny_config();
  config.update({{"decoder_embed_dim", 16}, {"decoder_depth", 1}, {"decoder_num_heads", 2}, {"mask_ratio", 0.5}});
  MimModel model(mim_config(config), 0);
  Fixture fixture = start("pretrain_pixel_made_up", config, *model);
  fixture.tensors["in/noise"] = torch::rand({1, kImages, kPatches});
  MimInput input;
  input.images = fixture.at("in/images");
  input.noise = fixture.at("in/noise")[0];
  const MimOutput output = model->forward(input);
  fixture.tensors["out/ids_keep"] = output.mask.ids_keep.clone();
  fixture.tensors["out/loss"] = output.loss.detach().clone();
  fixture.tensors["out/step_losses"] = output.loss.detach().reshape({1}).clone();
  output.loss.backward();
  keep_gradients(*model, fixture);
  take_step(model, fixture);
  return fixture;
}

Comparison compare(const Fixture& fixture) {
  Comparison comparison(tolerances_of(fixture.setting.dtype));
  try {
    find_kind(fixture.name).check(fixture, comparison);
  } catch (const std::exception& error) {
    comparison.require(error.what(), false);
  }
  return comparison;
}

}  // namespace itpn::golden
