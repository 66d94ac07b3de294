#include "itpn/tasks/inspect/config_page.h"

#include <fmt/format.h>

#include "itpn/config/config.h"
#include "itpn/tasks/classify/classification_config.h"
#include "itpn/tasks/pretrain/pretrain_checks.h"
#include "itpn/tasks/pretrain/pretrain_config.h"
#include "itpn/tasks/pretrain/tower_config.h"

namespace itpn {
namespace {

constexpr const char* kIntroduction = R"(# Keys of the recipes

Written by `itpn config reference > docs/config.md`; the text comes from the program, so change it there.

Each subcommand that trains has its own recipe: [pretrain](#itpn-pretrain), [finetune](#itpn-finetune),
[linprobe](#itpn-linprobe), [teacher](#itpn-teacher). A recipe is a TOML file with the tables below; what it does not name keeps its default.
`itpn pretrain` without a recipe uses a small built-in one, [listed below](#without-a-recipe) and printed by `itpn config
dump`; the other tasks then use the defaults.
`base = "other.toml"` at its top reads that file first (relative to the recipe). The command line comes last: `itpn
pretrain RECIPE train.epochs=3`, or `--set train.epochs=3`. Unknown keys, wrong types and values out of range are errors
that name file, line and key.

"On resume" tells whether `--resume` accepts another value: *free* keys never change what is learnt; *fixed* ones do,
and a resumed run refuses them without `--allow-change`.

)";

// What the built-in recipe changes.
std::string without_a_recipe() {
  std::string text =
      "\n## Without a recipe\n\nWhat `itpn pretrain` takes where no recipe is given, in place of the defaults "
      "above.\n\n"
      "| key | default | without a recipe |\n|---|---|---|\n";
  for (const ConfigChange& change : config_diff(PretrainConfig{}, load_pretrain_config("", {}))) {
    text += fmt::format("| `{}` | `{}` | `{}` |\n", change.key, change.before, change.after);
  }
  return text;
}

}  // namespace

std::string config_page() {
  return std::string(kIntroduction) + "# itpn pretrain\n\n" + config_reference<PretrainConfig>() + without_a_recipe() +
         "\n# itpn finetune\n\n" + config_reference<FinetuneConfig>() + "\n# itpn linprobe\n\n" +
         config_reference<LinprobeConfig>() + "\n# itpn teacher\n\n" + config_reference<TowerConfig>();
}

}  // namespace itpn
