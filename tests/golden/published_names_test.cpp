// The parameter names and shapes of the full-size models against the published ones.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "itpn/core/errors.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/models/mim/mim_model.h"
#include "tests/support/shared_data.h"

namespace itpn {
namespace {

using Names = std::vector<std::pair<std::string, std::vector<int64_t>>>;

// Parameters and buffers in the order of a published state dict: those of the root first.
Names names_of(const torch::nn::Module& module) {
  Names names;
  const auto add = [&](const auto& items, bool root) {
    for (const auto& item : items) {
      const bool is_root = item.key().find('.') == std::string::npos;
      if (is_root == root) names.emplace_back(item.key(), item.value().sizes().vec());
    }
  };
  add(module.named_parameters(), true);
  add(module.named_buffers(), true);
  add(module.named_parameters(), false);
  return names;
}

int64_t parameters_of(const torch::nn::Module& module) {
  int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

MimModel make_pretraining(const std::string& preset) {
  const Preset p = find_preset(preset);
  MimConfig config{.backbone = p.backbone, .pyramid = p.pyramid, .decoder = p.decoder, .mask = {}, .mfm = {}};
  config.mfm.enabled = false;
  return MimModel(config, 0);
}

Classifier make_classifier(const std::string& preset) {
  ClassifierConfig config{.backbone = find_preset(preset).backbone, .num_classes = 1000};
  config.backbone.rpe = true;
  return Classifier(config, 0);
}

Names published_names(const std::string& model) {
  std::ifstream file(*test::shared_path("reference/fixtures/state_dict_shapes.json"));
  const auto shapes = nlohmann::ordered_json::parse(file).at("models").at(model).at("shapes");
  Names names;
  for (const auto& [name, shape] : shapes.items()) names.emplace_back(name, shape.get<std::vector<int64_t>>());
  return names;
}

TEST(PublishedModels, HaveOurParameterCounts) {
  EXPECT_EQ(parameters_of(*make_pretraining("itpn-base")), 108'493'344);
  EXPECT_EQ(parameters_of(*make_classifier("itpn-base")), 78'557'992);
  EXPECT_EQ(parameters_of(*make_pretraining("itpn-large")), 318'339'808);
  EXPECT_EQ(parameters_of(*make_classifier("itpn-large")), 288'493'576);
}

TEST(PublishedModels, HaveOurNamesShapesAndOrder) {
  if (!test::shared_path("reference/fixtures/state_dict_shapes.json")) GTEST_SKIP() << "needs ../shared/reference";
  for (const std::string size : {"base", "large"}) {
    EXPECT_EQ(names_of(*make_pretraining("itpn-" + size)), published_names("pretrain_pixel_" + size));
    EXPECT_EQ(names_of(*make_classifier("itpn-" + size)), published_names("finetune_pixel_" + size));
  }
}

TEST(Presets, AllResolveAndTrain) {
  for (const std::string& name : preset_names()) {
    if (name == "itpn-base" || name == "itpn-large") continue;  // seconds, and covered above
    MimModel model = make_pretraining(name);
    const int64_t side = model->config.backbone.image_size.height, grid = model->config.backbone.grid();
    MimInput input;
    input.images = torch::randn({1, 3, side, side});
    input.noise = torch::rand({1, grid * grid});
    EXPECT_TRUE(model->forward(input).loss.isfinite().item<bool>()) << name;
  }
}

TEST(Presets, RefuseWhatDoesNotFit) {
  EXPECT_THROW(find_preset("itpn-huge"), Error);
  EXPECT_THROW(resolve_model({.preset = "itpn-nano"}, 70), Error);
  ModelConfig odd_patch{.preset = "itpn-nano"};
  odd_patch.patch_size = 10;
  EXPECT_THROW(resolve_model(odd_patch, 70), Error);
}

}  // namespace
}  // namespace itpn
