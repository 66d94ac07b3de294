// itpn config: the keys of a recipe.
#include "itpn/config/config.h"

#include <fmt/format.h>

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/tasks/config_page.h"
#include "itpn/tasks/pretrain_checks.h"
#include "itpn/tasks/pretrain_config.h"

namespace itpn::cli {
namespace {

int run_reference(const Arguments& arguments) {
  CommandLine line("itpn config reference", "Print every key of a pre-training recipe as a Markdown page.",
                   "  itpn config reference > docs/config.md\n");
  if (!line.parse(arguments)) return 0;
  std::fputs(config_page().c_str(), stdout);
  return 0;
}

int run_dump(const Arguments& arguments) {
  CommandLine line("itpn config dump", "Print the whole effective configuration of a recipe, as TOML.",
                   "  itpn config dump\n"
                   "  itpn config dump configs/pretrain/itpn_tiny_128.toml train.epochs=3\n");
  std::string recipe;
  std::vector<std::string> overrides;
  line.app().add_option("RECIPE", recipe, "TOML file; without one, the built-in defaults");
  line.add_overrides(overrides);
  if (!line.parse(arguments)) return 0;
  std::fputs(dump_config(load_pretrain_config(recipe, overrides)).c_str(), stdout);
  return 0;
}

int run_check(const Arguments& arguments) {
  CommandLine line("itpn config check", "Check recipes without running them.",
                   "  itpn config check configs/pretrain/*.toml\n");
  std::vector<std::string> recipes;
  line.app().add_option("RECIPES", recipes, "TOML files")->required();
  if (!line.parse(arguments)) return 0;
  for (const std::string& recipe : recipes) {
    check_pretrain_config(load_pretrain_config(recipe, {}));
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
