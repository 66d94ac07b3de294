#include "itpn/tasks/weights/weights_info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <nlohmann/json.hpp>

#include "itpn/core/errors.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/models/clip/clip_vision.h"
#include "itpn/models/mim/distill_model.h"
#include "itpn/models/mim/mim_model.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::HasSubstr;

class WeightsInfoTest : public testing::Test {
 protected:
  nlohmann::json info_of(const NamedTensors& tensors) {
    write_weights_file(posix_fs(), path_, as_tensor_bytes(copy_to_host(tensors)), {});
    return nlohmann::json::parse(weights_info({.path = path_, .tensors = true, .json = true}));
  }
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("a.safetensors");
};

TEST_F(WeightsInfoTest, TellsModelSizesAndLoadsOfAPreTraining) {
  const Preset preset = find_preset("itpn-nano");
  const MimConfig config{
      .backbone = preset.backbone, .pyramid = preset.pyramid, .decoder = preset.decoder, .mask = {}, .mfm = {}};
  const auto json = info_of(named_weights(*MimModel(config, 1)));
  EXPECT_EQ(json.at("model"), "pre-training (pixels)");
  EXPECT_EQ(json.at("sizes").at("preset"), "itpn-nano");
  EXPECT_EQ(json.at("sizes").at("decoder").at("dim"), 32);
  EXPECT_EQ(json.at("list").size(), json.at("tensors"));
  const std::string text = weights_info({.path = path_});
  EXPECT_THAT(text, HasSubstr("model: pre-training (pixels)\n"));
  EXPECT_THAT(text, testing::ContainsRegex("classify: [0-9]+ tensors, not the [0-9]+ of: decoder"));
  const std::string dense = json.at("loads").at("detect, segment, embed");
  EXPECT_THAT(dense, testing::Not(HasSubstr("pyramid")));
  EXPECT_TRUE(is_weights_path(path_));
  EXPECT_FALSE(is_weights_path("itpn-base"));
}

TEST_F(WeightsInfoTest, TellsTheClassesOfALinearProbe) {
  ClassifierConfig config{find_preset("itpn-nano").backbone, 7};
  config.is_probe = true;
  const auto json = info_of(named_weights(*Classifier(config, 1)));
  EXPECT_EQ(json.at("model"), "linear probe");
  EXPECT_EQ(json.at("sizes").at("classes"), 7);
}

TEST_F(WeightsInfoTest, ForecastsWhatPretrainTakesAndWithWhichKeys) {
  const Preset preset = find_preset("itpn-nano");
  MimConfig pixels{
      .backbone = preset.backbone, .pyramid = preset.pyramid, .decoder = preset.decoder, .mask = {}, .mfm = {}};
  const auto all = [](const nlohmann::json& json) { return json.at("tensors").dump() + " tensors"; };
  auto json = info_of(named_weights(*MimModel(pixels, 1)));  // with heads of masked feature modelling
  EXPECT_EQ(json.at("loads").at("pretrain"), all(json));
  pixels.pyramid.num_outs = 2;
  json = info_of(named_weights(*MimModel(pixels, 1)));
  EXPECT_EQ(json.at("loads").at("pretrain pretrain.num_outs=2"), all(json));
  DistillModelConfig clip;
  clip.backbone = preset.backbone;
  clip.pyramid = preset.pyramid;
  json = info_of(named_weights(*DistillModel(clip, 1)));
  EXPECT_EQ(json.at("loads").at("pretrain pretrain.supervision=clip"), all(json));
  json = info_of(named_weights(*Classifier(ClassifierConfig{preset.backbone, 7}, 1)));
  const std::string of_classifier = json.at("loads").at("pretrain pretrain.pyramid=false");
  EXPECT_THAT(of_classifier, HasSubstr("not the 4 of: head of a classifier"));
}

TEST_F(WeightsInfoTest, TellsSizesAndLoadsOfATeacherInBothNamings) {
  ClipVisionConfig sizes;
  sizes.width = 128;
  sizes.depth = 2;
  sizes.patch_size = 8;
  sizes.grid = 4;
  sizes.output_dim = 20;
  const ClipVision tower(sizes);
  const std::pair<ClipFileLayout, std::string> kinds[] = {
      {{ClipNaming::kOpenAi, "visual.", {}}, "OpenAI's"},
      {{ClipNaming::kHuggingFace, "vision_model.", {}}, "Hugging Face's"}};
  for (const auto& [layout, names] : kinds) {
    NamedTensors tensors = named_as_in_file(*tower, layout);
    const size_t count = tensors.size();
    tensors.emplace_back("logit_scale", torch::ones({}));
    const auto json = info_of(tensors);
    EXPECT_EQ(json.at("model"), "vision tower of CLIP");
    EXPECT_EQ(json.at("sizes").at("names"), names);
    EXPECT_EQ(json.at("sizes").at("width"), 128);
    EXPECT_EQ(json.at("sizes").at("num_heads"), 2);
    EXPECT_EQ(json.at("sizes").at("image_size"), 32);
    EXPECT_EQ(json.at("sizes").at("output_dim"), 20);
    EXPECT_EQ(json.at("loads").at("pretrain (teacher.weights)"),
              std::to_string(count) + " tensors, not the 1 of: not of the vision tower");
  }
}

TEST_F(WeightsInfoTest, NamesTheModelsOfAFileWithSeveral) {
  NamedTensors tensors;
  for (const auto& [name, tensor] :
       named_weights(*Classifier(ClassifierConfig{find_preset("itpn-nano").backbone, 7}, 1))) {
    for (const char* prefix : {"momentum_encoder.", "base_encoder.module."})
      tensors.emplace_back(prefix + name, tensor);
  }
  const auto json = info_of(tensors);
  EXPECT_THAT(json.at("why").get<std::string>(), HasSubstr("holds several models: \"base_encoder.module\""));
  const auto one = nlohmann::json::parse(weights_info({.path = path_, .key = "base_encoder", .json = true}));
  EXPECT_EQ(one.at("prefix"), "module.");
  EXPECT_EQ(one.at("sizes").at("classes"), 7);
}

TEST_F(WeightsInfoTest, SaysWhyAFileIsNoModel) {
  const auto json = info_of({{"something.weight", torch::ones({2, 3})}});
  EXPECT_TRUE(json.at("model").is_null());
  EXPECT_THAT(json.at("why").get<std::string>(), HasSubstr("not the weights of an iTPN"));
  EXPECT_FALSE(json.contains("loads"));
  EXPECT_THAT(weights_info({.path = path_}), testing::Not(HasSubstr("entry:")));
}

}  // namespace
}  // namespace itpn
