// itpn pretrain: masked image modelling on pictures without labels.
#include "itpn/tasks/pretrain.h"

#include <fmt/format.h>

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/core/files.h"

namespace itpn::cli {
namespace {

constexpr const char* kExamples =
    "  itpn pretrain --output-dir out/first                      # itpn-tiny on the built-in synthetic pictures\n"
    "  itpn pretrain configs/pretrain/itpn_tiny_128.toml --output-dir out/run data.path=DIR\n"
    "  itpn pretrain configs/pretrain/itpn_tiny_128.toml --output-dir out/run --resume auto\n"
    "  itpn pretrain --output-dir out/big model.preset=itpn-base train.precision=bf16 optim.blr=1.5e-4\n";

void add_options(CommandLine& line, PretrainRequest& request, std::string& recipe,
                 std::vector<std::string>& overrides) {
  CLI::App& app = line.app();
  app.add_option("RECIPE", recipe, "TOML file of settings; without one, itpn-tiny on synthetic pictures");
  line.add_overrides(overrides);
  app.add_option("--output-dir,-o", request.output_dir, "Directory of the run; made if missing")
      ->required()
      ->type_name("DIR")
      ->group("Run");
  app.add_option("--resume", request.resume, "Continue: `auto` takes the newest checkpoint that verifies")
      ->type_name("auto|CHECKPOINT")
      ->group("Run");
  app.add_flag("--overwrite", request.overwrite, "Delete the run that the directory holds")->group("Run");
  app.add_flag("--allow-change", request.allow_change, "Resume although a setting that changes the result differs")
      ->group("Run");
  app.add_option("--init", request.init_weights, "Start from weights: .safetensors, .pth, .pt, a checkpoint or a run")
      ->type_name("WEIGHTS")
      ->group("Run");
  app.add_flag("--allow-partial", request.allow_partial, "Start although some of those weights are missing or misfit")
      ->group("Run");
}

// A resumed run without a recipe goes on with the settings of its directory.
std::string recipe_or_own(const std::string& recipe, const PretrainRequest& request) {
  const std::string own = join_path(request.output_dir, "config.toml");
  return recipe.empty() && !request.resume.empty() && exists(posix_fs(), own) ? own : recipe;
}

void print_result(const PretrainResult& result) {
  std::puts(fmt::format("steps {}  loss {:.4f}", result.steps, result.final_loss).c_str());
  if (result.validation_loss) std::puts(fmt::format("validation loss {:.4f}", *result.validation_loss).c_str());
  if (!result.checkpoint.empty()) std::puts(fmt::format("checkpoint {}", result.checkpoint).c_str());
  if (!result.panel.empty()) std::puts(fmt::format("pictures {}", result.panel).c_str());
}

}  // namespace

int run_pretrain(const Arguments& arguments) {
  CommandLine line("itpn pretrain",
                   "Pre-train a model on pictures without labels: masked image modelling and masked feature modelling.",
                   kExamples);
  PretrainRequest request;
  std::string recipe;
  std::vector<std::string> overrides;
  add_options(line, request, recipe, overrides);
  if (!line.parse(arguments)) return 0;
  request.config = load_pretrain_config(recipe_or_own(recipe, request), overrides);
  const PretrainResult result = pretrain(request);
  print_result(result);
  return result.stop_signal == 0 ? 0 : 128 + result.stop_signal;
}

}  // namespace itpn::cli
