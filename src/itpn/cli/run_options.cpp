#include "itpn/cli/run_options.h"

#include <fmt/format.h>

#include <cstdio>

#include "itpn/core/files.h"
#include "itpn/engine/distributed_environment.h"
#include "itpn/engine/run_directory.h"

namespace itpn::cli {
namespace {

constexpr uint64_t kMaxPathBytes = 1 << 16;

}  // namespace

void add_training_options(CommandLine& line, const TrainingWords& words) {
  CLI::App& app = line.app();
  RunRequest& run = words.run;
  app.add_option("RECIPE", words.recipe,
                 "TOML file of settings; without one, the built-in recipe (itpn config dump prints it)");
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

void take_from_run(std::string& recipe, RunRequest& run) {
  if (run.resume.empty()) return;
  const RunDirectory own(posix_fs(), run.output_dir);
  if (recipe.empty() && exists(posix_fs(), own.config_file())) recipe = own.config_file();
  if (!run.init.empty() || !exists(posix_fs(), own.init_file())) return;
  run.init = read_text_file(posix_fs(), own.init_file(), kMaxPathBytes);
  while (run.init.ends_with('\n')) run.init.pop_back();
}

bool is_speaker() { return process_place().is_first(); }

void print_run(const RunResult& result) {
  std::puts(fmt::format("steps {}  loss {:.4f}", result.steps, result.final_loss).c_str());
  if (!result.checkpoint.empty()) std::puts(fmt::format("checkpoint {}", result.checkpoint).c_str());
}

int exit_code_of(const RunResult& result) { return result.stop_signal == 0 ? 0 : 128 + result.stop_signal; }

}  // namespace itpn::cli
