// What the subcommands that train have in common.
#pragma once

#include <string>
#include <vector>

#include "itpn/cli/command_line.h"
#include "itpn/tasks/train_session.h"

namespace itpn::cli {

// Where the words of a command line go.
struct TrainingWords {
  RunRequest& run;
  std::string& recipe;
  std::vector<std::string>& overrides;
};

// RECIPE, overrides, and what RunRequest holds.
void add_training_options(CommandLine& line, const TrainingWords& words);

// A resumed run without a recipe goes on with the settings of its directory.
std::string recipe_or_own(const std::string& recipe, const RunRequest& run);

// Of several processes that train together, only the first speaks.
bool is_speaker();

// "steps 20  loss 0.5" and the checkpoint.
void print_run(const RunResult& result);

// 0, or 128 + n after a stop by signal n.
int exit_code_of(const RunResult& result);

}  // namespace itpn::cli
