// itpn teacher: a vision tower of CLIP's shape, trained on pictures with classes.
#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/cli/run_options.h"
#include "itpn/tasks/pretrain/tower_task.h"

namespace itpn::cli {
namespace {

constexpr const char* kTeacherExamples =
    "  itpn teacher --output-dir out/teacher data.path=DIR/train data.val_path=DIR/val\n"
    "  itpn pretrain configs/pretrain/itpn_tiny_clip.toml -o out/student data.path=DIR/train "
    "teacher.weights=out/teacher\n";

}  // namespace

int run_teacher(const Arguments& arguments) {
  CommandLine line(
      "itpn teacher",
      "Train a small vision tower of CLIP's shape on pictures with classes: a teacher for pre-training with "
      "pretrain.supervision=clip where no CLIP model is at hand.",
      kTeacherExamples);
  RunRequest run;
  std::string recipe;
  std::vector<std::string> overrides;
  add_training_options(line, {run, recipe, overrides});
  if (!line.parse(arguments)) return 0;
  take_from_run(recipe, run);
  const RunResult result = train_tower(load_tower_config(recipe, overrides), run);
  if (is_speaker()) print_run(result);
  return exit_code_of(result);
}

}  // namespace itpn::cli
