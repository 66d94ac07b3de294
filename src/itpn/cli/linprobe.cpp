// itpn linprobe: one linear layer on frozen features.
#include "itpn/tasks/classify/linprobe.h"

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/cli/print_classification.h"
#include "itpn/cli/run_options.h"

namespace itpn::cli {
namespace {

constexpr const char* kLinprobeExamples =
    "  itpn linprobe configs/linprobe/itpn_tiny_128.toml --init out/pretrained -o out/probe data.path=DIR/train "
    "data.val_path=DIR/val\n"
    "  itpn linprobe configs/linprobe/itpn_base_pixel.toml --init itpn_base.pth -o out/probe data.path=IMAGENET/train "
    "data.val_path=IMAGENET/val\n";

}  // namespace

int run_linprobe(const Arguments& arguments) {
  CommandLine line("itpn linprobe", "Train one linear layer on the frozen features of a pre-trained model.",
                   kLinprobeExamples);
  LinprobeRequest request;
  std::string recipe;
  std::vector<std::string> overrides;
  add_training_options(line, {request.run, recipe, overrides});
  if (!line.parse(arguments)) return 0;
  take_from_run(recipe, request.run);
  request.config = load_linprobe_config(recipe, overrides);
  const ClassificationResult result = linprobe(request);
  if (is_speaker()) print_classification(result);
  return exit_code_of(result.run);
}

}  // namespace itpn::cli
