// What the subcommands that train have in common.
#pragma once

#include <string>
#include <vector>

#include "itpn/cli/command_line.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn::cli {

// Where the words of a command line go.
struct TrainingWords {
  RunRequest& run;
  std::string& recipe;
  std::vector<std::string>& overrides;
};

// RECIPE, overrides, and what RunRequest holds.
void add_training_options(CommandLine& line, const TrainingWords& words);

// With --resume, what the command line leaves out is what the run was started with: its settings as the recipe, and the
// weights of --init, which it needs once more if it was stopped before its first checkpoint.
void take_from_run(std::string& recipe, RunRequest& run);

// Of several processes that train together, only the first speaks.
bool is_speaker();

// "steps 20  loss 0.5" and the checkpoint.
void print_run(const RunResult& result);

// 0, or 128 + n after a stop by signal n.
int exit_code_of(const RunResult& result);

}  // namespace itpn::cli
