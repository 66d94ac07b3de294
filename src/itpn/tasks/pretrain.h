// Pre-training from a recipe to a checkpoint.
#pragma once

#include <optional>
#include <string>

#include "itpn/tasks/pretrain_checks.h"

namespace itpn {

struct PretrainRequest {
  PretrainConfig config;
  std::string output_dir;
  std::string resume;          // "", "auto", or the directory of a checkpoint
  bool overwrite = false;      // delete the run that output_dir holds
  bool allow_change = false;   // resume although a key that changes the trajectory differs
  std::string init_weights;    // file, checkpoint or run to start from (engine/load_weights.h); "" = random start
  bool allow_partial = false;  // start although some of those weights are missing or do not fit
};

struct PretrainResult {
  int64_t steps = 0;
  double final_loss = 0.0;  // of the last step that changed something
  std::optional<double> validation_loss;
  std::string checkpoint;  // the last one committed
  std::string panel;       // picture of the end of the run
  int stop_signal = 0;     // the signal that stopped the run, 0 if it came to its end
};

// Trains, and leaves a run directory (engine/run_directory.h). Throws itpn::Error with the exit codes of core/errors.h.
PretrainResult pretrain(const PretrainRequest& request);

}  // namespace itpn
