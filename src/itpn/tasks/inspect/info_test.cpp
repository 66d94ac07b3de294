#include "itpn/tasks/inspect/info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "itpn/core/errors.h"
#include "itpn/tasks/detect/nano_detector_for_test.h"
#include "itpn/tasks/inspect/model_cost.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

std::map<std::string, ComponentCost> by_name(const ModelCost& cost) {
  std::map<std::string, ComponentCost> found;
  for (const ComponentCost& c : cost.components) found[c.name] = c;
  return found;
}

double rounded_gmacs(double macs) { return std::round(macs / 1e5) / 1e4; }

ModelCost masked_pretraining(const Preset& preset) { return pretraining_cost(preset, {14, 14, 0.25}); }

TEST(ModelCost, CountsBaseToTheUnit) {
  const Preset base = find_preset("itpn-base");
  EXPECT_EQ(classification_cost(base, {}, 1000).parameters(), 78'557'992);
  EXPECT_EQ(pretraining_cost(base, {}).parameters(), 108'493'344);
  EXPECT_EQ(detection_cost(base, {}).parameters(), 81'552'000);
  auto parts = by_name(pretraining_cost(base, {}));
  EXPECT_EQ(parts["stage 1"].parameters, 297'216);
  EXPECT_EQ(parts["merge 1"].parameters, 132'096);
  EXPECT_EQ(parts["stage 3 linear"].parameters, 75'657'216);
  EXPECT_EQ(parts["fpn_modules"].parameters, 1'578'240);
  EXPECT_EQ(parts["decoder_embed"].parameters, 174'240);
  EXPECT_EQ(parts["decoder_blocks"].parameters, 25'219'072);
}

TEST(ModelCost, CountsLargeToTheUnit) {
  const Preset large = find_preset("itpn-large");
  EXPECT_EQ(classification_cost(large, {}, 1000).parameters(), 288'493'576);
  EXPECT_EQ(pretraining_cost(large, {}).parameters(), 318'339'808);
  EXPECT_EQ(detection_cost(large, {}).parameters(), 291'398'464);
  EXPECT_EQ(by_name(classification_cost(large, {}, 1000))["relative position bias"].parameters, 349'920);
}

TEST(ModelCost, CountsBaseWorkToFourDigits) {
  const Preset base = find_preset("itpn-base");
  const ModelCost classification = classification_cost(base, {}, 1000);
  EXPECT_DOUBLE_EQ(rounded_gmacs(classification.macs()), 17.8166);
  EXPECT_DOUBLE_EQ(rounded_gmacs(classification.macs() + 5 * classification.norm_elements()), 17.8547);
  EXPECT_DOUBLE_EQ(rounded_gmacs(pretraining_cost(base, {}).macs()), 29.9739);
  EXPECT_DOUBLE_EQ(rounded_gmacs(masked_pretraining(base).macs()), 11.3241);
  EXPECT_DOUBLE_EQ(rounded_gmacs(detection_cost(base, {}).macs()), 22.5174);
  EXPECT_DOUBLE_EQ(rounded_gmacs(by_name(classification)["stage 3 attention"].macs), 0.9441);
  EXPECT_NEAR(detection_cost(base, {50, 84}).macs() / 1e9, 895.8, 0.05);
}

TEST(ModelCost, CountsLargeWorkToFourDigits) {
  const Preset large = find_preset("itpn-large");
  const ModelCost classification = classification_cost(large, {}, 1000);
  EXPECT_DOUBLE_EQ(rounded_gmacs(classification.macs()), 61.1175);
  EXPECT_DOUBLE_EQ(rounded_gmacs(classification.macs() + 5 * classification.norm_elements()), 61.1943);
  EXPECT_DOUBLE_EQ(rounded_gmacs(pretraining_cost(large, {}).macs()), 73.4159);
  EXPECT_DOUBLE_EQ(rounded_gmacs(masked_pretraining(large).macs()), 21.9263);
  EXPECT_DOUBLE_EQ(rounded_gmacs(detection_cost(large, {}).macs()), 65.9594);
}

TEST(ModelCost, MakesSmallAQuarterOfBase) {
  const double base = static_cast<double>(classification_cost(find_preset("itpn-base"), {}, 1000).parameters());
  const double small = static_cast<double>(classification_cost(find_preset("itpn-small"), {}, 1000).parameters());
  EXPECT_NEAR(small / base, 0.25, 0.03);
}

TEST(ModelInfo, ShowsThePaperBesideIt) {
  const std::string text = model_info({.preset = "itpn-base"});
  EXPECT_THAT(text, testing::HasSubstr("78,557,992"));
  EXPECT_THAT(text, testing::HasSubstr("11.3241"));
  EXPECT_THAT(text, testing::HasSubstr("Table 1"));
}

TEST(ModelInfo, WritesJsonForAnyImageSize) {
  const auto json =
      nlohmann::json::parse(model_info({.preset = "itpn-tiny", .image_size = ImageSize(96, 160), .json = true}));
  EXPECT_EQ(json.at("image_width"), 160);
  EXPECT_GT(json.at("pretraining").at("gmacs"), json.at("pretraining_masked").at("gmacs"));
  EXPECT_FALSE(json.contains("paper_table_1"));
}

TEST(ModelInfo, NamesWhatIsWrong) {
  EXPECT_THROW(model_info({.preset = "itpn-huge"}), Error);
  EXPECT_THROW(model_info({.preset = "itpn-base", .image_size = 225}), Error);
}

TEST(FileInfo, OfADetectorTellsClassesSizesAndCost) {
  const test::TemporaryDirectory folder;
  const std::string path = folder.file("detector.safetensors");
  test::write_nano_detector(path, {.is_cascade = true}, test::nano_detector_card({.is_cascade = true}));
  const auto json = nlohmann::json::parse(file_info({.path = path, .json = true}, std::nullopt));
  EXPECT_EQ(json.at("model"), "detector (Cascade Mask R-CNN)");
  EXPECT_EQ(json.at("sizes").at("preset"), "itpn-nano");
  EXPECT_EQ(json.at("sizes").at("classes"), 3);
  EXPECT_EQ(json.at("detector").at("stages"), 3);
  EXPECT_EQ(json.at("detector").at("class_names")[2], "class c");
  EXPECT_EQ(json.at("detector").at("longest_side"), 112);
  EXPECT_EQ(json.at("cost").at("image_width"), 128);
  EXPECT_EQ(json.at("cost").at("image_height"), 64);
  EXPECT_EQ(json.at("loads").at("predict, eval"), json.at("tensors").dump() + " tensors");
  const std::string text = file_info({.path = path}, ImageSize(96, 64));
  EXPECT_THAT(text, testing::HasSubstr("model: detector (Cascade Mask R-CNN)\n"));
  EXPECT_THAT(text, testing::HasSubstr("picture of 96 x 64"));
  EXPECT_THAT(text, testing::HasSubstr("  mask_head.2 "));
}

TEST(FileInfo, OfADetectorOfOtherNamesInFrontHasTheNamesOfCoco) {
  const test::TemporaryDirectory folder;
  const std::string path = folder.file("detector.pth");
  test::write_nano_detector(path, {.classes = 80, .has_masks = false}, {}, "module.");
  const auto json = nlohmann::json::parse(file_info({.path = path, .json = true}, std::nullopt));
  EXPECT_EQ(json.at("model"), "detector (Mask R-CNN)");
  EXPECT_EQ(json.at("prefix"), "module.");
  EXPECT_EQ(json.at("detector").at("class_names")[0], "person");
  EXPECT_EQ(json.at("detector").at("masks"), false);
}

}  // namespace
}  // namespace itpn
