#include "itpn/tasks/inspect/config_page.h"

#include <fmt/format.h>

#include "itpn/config/config.h"
#include "itpn/tasks/classify/classification_config.h"
#include "itpn/tasks/detect/detect_config.h"
#include "itpn/tasks/pretrain/pretrain_checks.h"
#include "itpn/tasks/pretrain/pretrain_config.h"
#include "itpn/tasks/pretrain/tower_config.h"

namespace itpn {
namespace {

constexpr const char* kIntroduction = R"(# Keys of the recipes

Written by `itpn config reference > docs/config.md`; the text comes from the program, so change it there.

Each subcommand that trains has its own recipe: [pretrain](#itpn-pretrain), [finetune](#itpn-finetune),
[linprobe](#itpn-linprobe), [teacher](#itpn-teacher), [detect](#itpn-detect). A recipe is a TOML file with the tables below; what it does not name keeps its default.
`itpn pretrain` and `itpn detect` without a recipe use small built-in ones, listed below ([pretrain](#without-a-recipe),
[detect](#without-a-recipe-1)) and printed by `itpn config dump`; the other tasks then use the defaults.
`base = "other.toml"` at its top reads that file first (relative to the recipe). The command line comes last: `itpn
pretrain RECIPE train.epochs=3`, or `--set train.epochs=3`. Unknown keys, wrong types and values out of range are errors
that name file, line and key.

"On resume" tells whether `--resume` accepts another value: *free* keys never change what is learnt; *fixed* ones do,
and a resumed run refuses them without `--allow-change`.

)";

// What a built-in recipe changes.
template <class Config>
std::string without_a_recipe(const std::string& task, const Config& built_in) {
  std::string text = fmt::format(
      "\n## Without a recipe\n\nWhat `itpn {}` takes where no recipe is given, in place of the defaults above.\n\n"
      "| key | default | without a recipe |\n|---|---|---|\n",
      task);
  for (const ConfigChange& change : config_diff(Config{}, built_in)) {
    text += fmt::format("| `{}` | `{}` | `{}` |\n", change.key, change.before, change.after);
  }
  return text;
}

}  // namespace

std::string config_page() {
  return std::string(kIntroduction) + "# itpn pretrain\n\n" + config_reference<PretrainConfig>() +
         without_a_recipe("pretrain", load_pretrain_config("", {})) + "\n# itpn finetune\n\n" +
         config_reference<FinetuneConfig>() + "\n# itpn linprobe\n\n" + config_reference<LinprobeConfig>() +
         "\n# itpn teacher\n\n" + config_reference<TowerConfig>() + "\n# itpn detect\n\n" +
         config_reference<DetectConfig>() + without_a_recipe("detect", load_detect_config("", {}));
}

}  // namespace itpn
