#include "itpn/cli/run_options.h"

#include <fmt/format.h>

#include <cstdio>

#include "itpn/core/files.h"
#include "itpn/engine/distributed_environment.h"

namespace itpn::cli {

void add_training_options(CommandLine& line, const TrainingWords& words) {
  CLI::App& app = line.app();
  RunRequest& run = words.run;
  app.add_option("RECIPE", words.recipe, "TOML file of settings; without one, the built-in defaults");
  line.add_overrides(words.overrides);
  app.add_option("--init", run.init, "Start from weights: .safetensors, .pth, .pt, a checkpoint or a run")
      ->type_name("WEIGHTS")
      ->group("Run");
  app.add_flag("--allow-partial", run.allow_partial, "Start although some of those weights are missing or misfit")
      ->group("Run");
  app.add_option("--output-dir,-o", run.output_dir, "Directory of the run; made if missing")
      ->required()
      ->type_name("DIR")
      ->group("Run");
  app.add_option("--resume", run.resume, "Continue: `auto` takes the newest checkpoint that verifies")
      ->type_name("auto|CHECKPOINT")
      ->group("Run");
  app.add_flag("--overwrite", run.overwrite, "Delete the run that the directory holds")->group("Run");
  app.add_flag("--allow-change", run.allow_change, "Resume although a setting that changes the result differs")
      ->group("Run");
}

std::string recipe_or_own(const std::string& recipe, const RunRequest& run) {
  const std::string own = join_path(run.output_dir, "config.toml");
  return recipe.empty() && !run.resume.empty() && exists(posix_fs(), own) ? own : recipe;
}

bool is_speaker() { return process_place().is_first(); }

void print_run(const RunResult& result) {
  std::puts(fmt::format("steps {}  loss {:.4f}", result.steps, result.final_loss).c_str());
  if (!result.checkpoint.empty()) std::puts(fmt::format("checkpoint {}", result.checkpoint).c_str());
}

int exit_code_of(const RunResult& result) { return result.stop_signal == 0 ? 0 : 128 + result.stop_signal; }

}  // namespace itpn::cli
