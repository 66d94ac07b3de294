// Every recipe of the repository can be read, says what it is for, and holds the settings it claims.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "itpn/config/config.h"
#include "itpn/tasks/classify/finetune.h"
#include "itpn/tasks/classify/linprobe.h"
#include "itpn/tasks/detect/detect_config.h"
#include "itpn/tasks/inspect/config_page.h"
#include "itpn/tasks/pretrain/pretrain_checks.h"
#include "itpn/tasks/pretrain/pretrain_config.h"
#include "itpn/tasks/pretrain/tower_config.h"
#include "itpn/tasks/run/train_session.h"
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

// The subcommand that a recipe is for: that of its folder or of its own name.
std::string command_of(const std::string& recipe) {
  const std::string name = std::filesystem::relative(recipe, test::source_path("")).generic_string();
  if (name.find("detect") != std::string::npos) return "detect";
  if (name.find("finetune") != std::string::npos) return "finetune";
  if (name.find("linprobe") != std::string::npos) return "linprobe";
  if (name.find("teacher") != std::string::npos) return "teacher";
  return "pretrain";
}

// Reads and checks it as its subcommand does, and reads the effective configuration once more.
template <class Config>
void expect_valid(const Config& config, void (*check)(const Config&)) {
  EXPECT_NO_THROW(check(config));
  EXPECT_TRUE(config_diff(config, load_config<Config>("dump", dump_config(config))).empty());
}

TEST(Recipes, AllOfThemAreValidAndReadBackEqual) {
  std::vector<std::string> recipes = recipes_below("configs");
  for (const std::string& more : recipes_below("benchmarks")) recipes.push_back(more);
  EXPECT_GE(recipes.size(), 8U);
  const std::vector<std::string> overrides = {"data.path=/pictures"};
  for (const std::string& recipe : recipes) {
    SCOPED_TRACE(recipe);
    const std::string command = command_of(recipe);
    if (command == "finetune") {
      expect_valid(load_finetune_config(recipe, overrides), check_finetune_config);
    } else if (command == "detect") {
      expect_valid(load_detect_config(recipe, overrides), check_detect_config);
    } else if (command == "teacher") {
      expect_valid(load_tower_config(recipe, overrides), check_tower_config);
    } else if (command == "linprobe") {
      expect_valid(load_linprobe_config(recipe, overrides), check_linprobe_config);
    } else {
      expect_valid(load_pretrain_config(recipe, overrides), check_pretrain_config);
    }
  }
}

TEST(Recipes, HeadsNameCommandHardwareAndExpectation) {
  for (const std::string& recipe : recipes_below("configs")) {
    SCOPED_TRACE(recipe);
    const std::string text = read_recipe(recipe);
    EXPECT_TRUE(text.starts_with("# "));
    EXPECT_THAT(text, HasSubstr("#   itpn " + command_of(recipe) + " " +
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

TEST(Recipes, FinetuningSettingsAreThoseOfThePaper) {
  const FinetuneConfig base = load_finetune_config(test::source_path("configs/finetune/itpn_base_pixel.toml"), {});
  EXPECT_EQ(base.train.epochs, 100);
  EXPECT_EQ(base.train.global_batch_size, 1024);
  EXPECT_DOUBLE_EQ(base.optim.peak_lr(1024), 2e-3);
  EXPECT_EQ(base.optim.layer_decay, 0.55);
  EXPECT_EQ(base.optim.warmup_epochs, 5.0);
  EXPECT_EQ(base.optim.weight_decay, 0.05);
  EXPECT_TRUE(base.model.relative_position_bias);
  const FinetuneConfig large = load_finetune_config(test::source_path("configs/finetune/itpn_large_pixel.toml"), {});
  EXPECT_EQ(large.train.epochs, 50);
  EXPECT_DOUBLE_EQ(large.optim.peak_lr(1024), 4e-3);
  EXPECT_EQ(large.optim.layer_decay, 0.50);
  const LinprobeConfig probe = load_linprobe_config(test::source_path("configs/linprobe/itpn_base_pixel.toml"), {});
  EXPECT_EQ(probe.train.epochs, 90);
  EXPECT_EQ(probe.train.global_batch_size, 16384);
  EXPECT_DOUBLE_EQ(probe.optim.peak_lr(16384), 6.4);
}

TEST(Recipes, PicturesAreReadAsLoadersOnPillowDoForThePaperAndAsPeopleSeeThemOtherwise) {
  const auto reading = [](const DataConfig& data) { return data.alpha + " " + data.exif; };
  for (const std::string& recipe : recipes_below("configs")) {
    const std::string wanted =
        recipe.find("itpn_base") != std::string::npos || recipe.find("itpn_large") != std::string::npos ? "drop ignore"
                                                                                                        : "white apply";
    const std::string command = command_of(recipe);
    if (command == "detect") continue;  // as the annotations see them
    const DataConfig data = command == "finetune"   ? load_config_file<FinetuneConfig>(recipe).data
                            : command == "linprobe" ? load_config_file<LinprobeConfig>(recipe).data
                            : command == "teacher"  ? load_config_file<TowerConfig>(recipe).data
                                                    : load_config_file<PretrainConfig>(recipe).data;
    EXPECT_EQ(reading(data), wanted) << recipe;
  }
}

TEST(Recipes, DetectionSettingsAreThoseOfThePublishedFiles) {
  const auto detect = [](const std::string& name) {
    return load_detect_config(test::source_path("configs/detect/" + name), {});
  };
  const DetectConfig once = detect("mask_rcnn_itpn_base_1x.toml");
  EXPECT_EQ(once.train.epochs, 12);
  EXPECT_EQ(once.train.global_batch_size, 64);
  EXPECT_DOUBLE_EQ(once.optim.lr, 2e-4);
  EXPECT_EQ(once.optim.layer_decay, 0.9);
  EXPECT_EQ(rate_steps(once), (std::vector<int64_t>{9, 11}));
  EXPECT_EQ(once.detector.samples, 512);
  EXPECT_EQ(once.detector.proposals, 1000);
  EXPECT_EQ(once.augment.short_sides.size(), 11U);
  const DetectConfig cascade = detect("cascade_itpn_base_3x.toml");
  EXPECT_EQ(cascade.detector.type, "cascade_mask_rcnn");
  EXPECT_EQ(cascade.train.epochs, 36);
  EXPECT_DOUBLE_EQ(cascade.optim.lr, 1e-4);
  const DetectConfig large = detect("mask_rcnn_itpn_large_clip_1x.toml");
  EXPECT_EQ(large.optim.layer_decay, 0.95);
  EXPECT_TRUE(large.model.relative_position_bias);
}

TEST(Recipes, FinetuningAfterClipHasItsHeadAndItsSchedule) {
  for (const std::string name : {"itpn_base_clip.toml", "itpn_large_clip.toml"}) {
    const FinetuneConfig config = load_finetune_config(test::source_path("configs/finetune/" + name), {});
    EXPECT_EQ(config.classes.head_std, 0.02) << name;
    EXPECT_EQ(config.optim.schedule, "iteration") << name;
  }
}

TEST(Schedule, ByIterationsTakesThePeakTwiceAndByFractionsOnce) {
  AdamWRecipe optim;
  optim.lr = 1.0;
  optim.warmup_epochs = 2.0;
  TrainConfig train;
  train.epochs = 10;
  Progress progress;
  progress.steps_per_epoch = 4;
  const auto rates = [&](const std::string& schedule) {
    optim.schedule = schedule;
    std::vector<double> result;
    for (const auto& [epoch, step] : {std::pair{1, 3}, std::pair{2, 0}, std::pair{2, 1}}) {
      progress.epoch = epoch;
      progress.step_in_epoch = step;
      result.push_back(following(optim, train)(progress));
    }
    return result;
  };
  const std::vector<double> table = rates("iteration"), fraction = rates("fraction");
  EXPECT_DOUBLE_EQ(table[0], 1.0);
  EXPECT_DOUBLE_EQ(table[1], 1.0);
  EXPECT_LT(table[2], 1.0);
  EXPECT_DOUBLE_EQ(fraction[0], 7.0 / 8.0);
  EXPECT_DOUBLE_EQ(fraction[1], 1.0);
  EXPECT_LT(fraction[2], 1.0);
}

TEST(ConfigPage, EveryKeyHasAMeaning) {
  PretrainConfig pretrain;
  FinetuneConfig finetune;
  LinprobeConfig linprobe;
  TowerConfig tower;
  DetectConfig detect;
  for (const FieldList& list :
       {list_fields(pretrain), list_fields(finetune), list_fields(linprobe), list_fields(tower), list_fields(detect)}) {
    for (const FieldRef& field : list.fields) EXPECT_NE(field.info.doc, "") << field.path;
  }
}

TEST(ConfigPage, DocsAreFresh) {
  const bool is_fresh = read_recipe(test::source_path("docs/config.md")) == config_page();
  EXPECT_TRUE(is_fresh) << "run: itpn config reference > docs/config.md";
}

}  // namespace
}  // namespace itpn
