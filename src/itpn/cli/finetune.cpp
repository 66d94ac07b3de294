// itpn finetune: classification from end to end.
#include "itpn/tasks/classify/finetune.h"

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/cli/print_classification.h"
#include "itpn/cli/run_options.h"

namespace itpn::cli {
namespace {

constexpr const char* kFinetuneExamples =
    "  itpn finetune configs/finetune/itpn_tiny_128.toml --init out/pretrained -o out/classifier data.path=DIR/train "
    "data.val_path=DIR/val\n"
    "  itpn finetune configs/finetune/itpn_base_pixel.toml --init itpn_base.pth -o out/base data.path=IMAGENET/train "
    "data.val_path=IMAGENET/val\n"
    "  itpn finetune -o out/classifier --resume auto\n";

}  // namespace

int run_finetune(const Arguments& arguments) {
  CommandLine line("itpn finetune", "Train a classifier from end to end, starting from pre-trained weights.",
                   kFinetuneExamples);
  FinetuneRequest request;
  std::string recipe;
  std::vector<std::string> overrides;
  add_training_options(line, {request.run, recipe, overrides});
  if (!line.parse(arguments)) return 0;
  take_from_run(recipe, request.run);
  request.config = load_finetune_config(recipe, overrides);
  const ClassificationResult result = finetune(request);
  if (is_speaker()) print_classification(result);
  return exit_code_of(result.run);
}

}  // namespace itpn::cli
