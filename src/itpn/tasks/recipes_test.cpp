// Every recipe of the repository can be read, says what it is for, and holds the settings it claims.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "itpn/config/config.h"
#include "itpn/tasks/config_page.h"
#include "itpn/tasks/pretrain_checks.h"
#include "itpn/tasks/pretrain_config.h"
#include "tests/support/shared_data.h"

namespace itpn {
namespace {

using testing::HasSubstr;

std::vector<std::string> recipes_below(const std::string& folder) {
  std::vector<std::string> recipes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test::source_path(folder))) {
    if (entry.path().extension() == ".toml") recipes.push_back(entry.path().string());
  }
  std::sort(recipes.begin(), recipes.end());
  return recipes;
}

PretrainConfig load(const std::string& name) {
  return load_config_file<PretrainConfig>(test::source_path("configs/pretrain/" + name));
}

TEST(Recipes, AllOfThemAreValid) {
  std::vector<std::string> recipes = recipes_below("configs");
  for (const std::string& more : recipes_below("benchmarks")) recipes.push_back(more);
  EXPECT_GE(recipes.size(), 8U);
  for (const std::string& recipe : recipes) {
    SCOPED_TRACE(recipe);
    EXPECT_NO_THROW(check_pretrain_config(load_pretrain_config(recipe, {"data.path=/pictures"})));
  }
}

TEST(Recipes, HeadsNameCommandHardwareAndExpectation) {
  for (const std::string& recipe : recipes_below("configs")) {
    SCOPED_TRACE(recipe);
    const std::string text = read_recipe(recipe);
    EXPECT_TRUE(text.starts_with("# "));
    EXPECT_THAT(text, HasSubstr("#   itpn pretrain " +
                                std::filesystem::relative(recipe, test::source_path("")).generic_string()));
    EXPECT_THAT(text, HasSubstr("# Hardware: "));
    EXPECT_THAT(text, HasSubstr("Expect: "));
  }
}

TEST(Recipes, PaperSettingsAreThoseOfThePaper) {
  const PretrainConfig base = load("itpn_base_pixel_400e.toml");
  EXPECT_EQ(base.model.preset, "itpn-base");
  EXPECT_EQ(base.data.image_size, 224);
  EXPECT_EQ(base.mask.ratio, 0.75);
  EXPECT_EQ(base.train.global_batch_size, 4096);
  EXPECT_DOUBLE_EQ(base.optim.peak_lr(base.train.global_batch_size), 2.4e-3);
  EXPECT_EQ(base.optim.weight_decay, 0.05);
  EXPECT_EQ(base.optim.warmup_epochs, 40.0);
  EXPECT_EQ(base.optim.min_lr, 0.0);
}

TEST(Recipes, PaperRecipesDifferOnlyInSizeAndLength) {
  const auto keys = [](const std::string& other) {
    std::vector<std::string> names;
    for (const ConfigChange& change : config_diff(load("itpn_base_pixel_400e.toml"), load(other))) {
      names.push_back(change.key + "=" + change.after);
    }
    return names;
  };
  using testing::ElementsAre;
  EXPECT_THAT(keys("itpn_base_pixel_1600e.toml"), ElementsAre("train.epochs=1600"));
  EXPECT_THAT(keys("itpn_large_pixel_400e.toml"), ElementsAre("model.preset=\"itpn-large\""));
  EXPECT_THAT(keys("itpn_large_pixel_1600e.toml"), ElementsAre("model.preset=\"itpn-large\"", "train.epochs=1600"));
}

TEST(Recipes, EffectiveConfigurationReadsBackEqual) {
  for (const std::string& recipe : recipes_below("configs")) {
    const auto config = load_config_file<PretrainConfig>(recipe);
    EXPECT_TRUE(config_diff(config, load_config<PretrainConfig>("dump", dump_config(config))).empty()) << recipe;
  }
}

TEST(ConfigPage, EveryKeyHasAMeaning) {
  PretrainConfig config;
  for (const FieldRef& field : list_fields(config).fields) EXPECT_NE(field.info.doc, "") << field.path;
}

TEST(ConfigPage, DocsAreFresh) {
  const bool is_fresh = read_recipe(test::source_path("docs/config.md")) == config_page();
  EXPECT_TRUE(is_fresh) << "run: itpn config reference > docs/config.md";
}

}  // namespace
}  // namespace itpn
