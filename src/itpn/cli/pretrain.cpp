// itpn pretrain: masked image modelling on pictures without labels.
#include "itpn/tasks/pretrain/pretrain.h"

#include <fmt/format.h>

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/cli/run_options.h"

namespace itpn::cli {
namespace {

constexpr const char* kPretrainExamples =
    "  itpn pretrain --output-dir out/first                      # itpn-tiny on the built-in synthetic pictures\n"
    "  itpn pretrain configs/pretrain/itpn_tiny_128.toml --output-dir out/run data.path=DIR\n"
    "  itpn pretrain --output-dir out/run --resume auto          # goes on, with the settings of the run\n"
    "  itpn pretrain configs/pretrain/itpn_base_pixel_400e.toml --output-dir out/base data.path=IMAGENET/train\n";

void print_result(const PretrainResult& result) {
  print_run(result.run);
  if (result.validation_loss) std::puts(fmt::format("validation loss {:.4f}", *result.validation_loss).c_str());
  if (!result.panel.empty()) std::puts(fmt::format("pictures {}", result.panel).c_str());
}

}  // namespace

int run_pretrain(const Arguments& arguments) {
  CommandLine line("itpn pretrain",
                   "Pre-train a model on pictures without labels: masked image modelling and masked feature modelling.",
                   kPretrainExamples);
  PretrainRequest request;
  std::string recipe;
  std::vector<std::string> overrides;
  add_training_options(line, {request.run, recipe, overrides});
  if (!line.parse(arguments)) return 0;
  take_from_run(recipe, request.run);
  request.config = load_pretrain_config(recipe, overrides);
  const PretrainResult result = pretrain(request);
  if (is_speaker()) print_result(result);
  return exit_code_of(result.run);
}

}  // namespace itpn::cli
