// itpn config: the keys of a recipe.
#include "itpn/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/tasks/classify/finetune.h"
#include "itpn/tasks/classify/linprobe.h"
#include "itpn/tasks/detect/detect_config.h"
#include "itpn/tasks/inspect/config_page.h"
#include "itpn/tasks/pretrain/pretrain_checks.h"
#include "itpn/tasks/pretrain/pretrain_config.h"
#include "itpn/tasks/pretrain/tower_config.h"

namespace itpn::cli {
namespace {

constexpr std::array<std::string_view, 5> kTasks = {"pretrain", "finetune", "linprobe", "teacher", "detect"};

// The task whose recipes are meant.
void add_task(CommandLine& line, std::string& task) {
  line.app()
      .add_option("--task", task, "Whose recipe: pretrain, finetune, linprobe, teacher or detect")
      ->check(CLI::IsMember(std::vector<std::string>(kTasks.begin(), kTasks.end())));
}

// Whether a word that stands for a recipe names a task instead, as in `itpn config dump finetune`.
bool is_task(const std::string& word) {
  return std::ranges::find(kTasks, word) != kTasks.end() && !exists(posix_fs(), word);
}

// Calls `use` with the configuration that a recipe of `task` means.
template <class Use>
void with_config(const std::string& task, const std::string& recipe, const std::vector<std::string>& overrides,
                 const Use& use) {
  if (task == "finetune") return use(load_finetune_config(recipe, overrides));
  if (task == "teacher") return use(load_tower_config(recipe, overrides));
  if (task == "detect") return use(load_detect_config(recipe, overrides));
  if (task == "linprobe") return use(load_linprobe_config(recipe, overrides));
  use(load_pretrain_config(recipe, overrides));
}

void check(const PretrainConfig& config) { check_pretrain_config(config); }
void check(const FinetuneConfig& config) { check_finetune_config(config); }
void check(const LinprobeConfig& config) { check_linprobe_config(config); }
void check(const TowerConfig& config) { check_tower_config(config); }
void check(const DetectConfig& config) { check_detect_config(config); }

// A task at the head of the words goes into `task`.
void take_task(std::vector<std::string>& words, std::string& task) {
  if (words.empty() || !is_task(words.front())) return;
  task = words.front();
  words.erase(words.begin());
}

int run_reference(const Arguments& arguments) {
  CommandLine line("itpn config reference", "Print every key of every recipe as a Markdown page.",
                   "  itpn config reference > docs/config.md\n");
  if (!line.parse(arguments)) return 0;
  std::fputs(config_page().c_str(), stdout);
  return 0;
}

int run_dump(const Arguments& arguments) {
  CommandLine line("itpn config dump", "Print the whole effective configuration of a recipe, as TOML.",
                   "  itpn config dump\n"
                   "  itpn config dump configs/pretrain/itpn_tiny_128.toml train.epochs=3\n"
                   "  itpn config dump finetune\n"
                   "  itpn config dump finetune configs/finetune/itpn_base_pixel.toml\n");
  std::string task = "pretrain";
  std::vector<std::string> words, overrides;
  line.app()
      .add_option("RECIPE", words, "A task, a TOML file, or both; without a file, the built-in recipe of the task")
      ->type_name("[TASK] [FILE]");
  add_task(line, task);
  line.add_overrides(overrides);
  if (!line.parse(arguments)) return 0;
  take_task(words, task);
  if (words.size() > 1) throw usage_error(fmt::format("itpn config dump: one recipe at a time, not {}", words.size()));
  const std::string recipe = words.empty() ? "" : words.front();
  with_config(task, recipe, overrides, [](const auto& config) { std::fputs(dump_config(config).c_str(), stdout); });
  return 0;
}

int run_check(const Arguments& arguments) {
  CommandLine line("itpn config check", "Check recipes without running them.",
                   "  itpn config check configs/pretrain/*.toml data.path=DIR\n"
                   "  itpn config check finetune configs/finetune/*.toml data.path=DIR\n");
  std::vector<std::string> recipes, overrides;
  std::string task = "pretrain";
  line.app().add_option("RECIPES", recipes, "TOML files, or a task before them")->required();
  add_task(line, task);
  line.add_overrides(overrides);
  if (!line.parse(arguments)) return 0;
  take_task(recipes, task);
  if (recipes.empty()) throw usage_error("itpn config check: which recipes?");
  for (const std::string& recipe : recipes) {
    with_config(task, recipe, overrides, [](const auto& config) { check(config); });
    std::puts(fmt::format("{}: ok", recipe).c_str());
  }
  return 0;
}

}  // namespace

int run_config(const Arguments& arguments) {
  return dispatch({"itpn config",
                   "Lists, prints and checks the keys of a recipe.",
                   "  itpn config reference\n  itpn config dump train.epochs=3\n",
                   {{"reference", "Every key with its default and meaning, as Markdown", run_reference},
                    {"dump", "The effective configuration of a recipe, as TOML", run_dump},
                    {"check", "Is a recipe free of errors?", run_check}}},
                  arguments);
}

}  // namespace itpn::cli
