#include "itpn/tasks/inspect/config_page.h"

#include "itpn/config/config.h"
#include "itpn/tasks/classify/classification_config.h"
#include "itpn/tasks/pretrain/pretrain_config.h"
#include "itpn/tasks/pretrain/tower_config.h"

namespace itpn {
namespace {

constexpr const char* kIntroduction = R"(# Keys of the recipes

Written by `itpn config reference > docs/config.md`; the text comes from the program, so change it there.

Each subcommand that trains has its own recipe: [pretrain](#itpn-pretrain), [finetune](#itpn-finetune),
[linprobe](#itpn-linprobe), [teacher](#itpn-teacher). A recipe is a TOML file with the tables below; what it does not name keeps its default.
`itpn pretrain` without a recipe uses a small built-in one, which `itpn config dump` prints.
`base = "other.toml"` at its top reads that file first (relative to the recipe). The command line comes last: `itpn
pretrain RECIPE train.epochs=3`, or `--set train.epochs=3`. Unknown keys, wrong types and values out of range are errors
that name file, line and key.

"On resume" tells whether `--resume` accepts another value: *free* keys never change what is learnt; *fixed* ones do,
and a resumed run refuses them without `--allow-change`.

)";

}  // namespace

std::string config_page() {
  return std::string(kIntroduction) + "# itpn pretrain\n\n" + config_reference<PretrainConfig>() +
         "\n# itpn finetune\n\n" + config_reference<FinetuneConfig>() + "\n# itpn linprobe\n\n" +
         config_reference<LinprobeConfig>() + "\n# itpn teacher\n\n" + config_reference<TowerConfig>();
}

}  // namespace itpn
