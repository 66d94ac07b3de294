// Pre-training from a recipe to a checkpoint.
#pragma once

#include <optional>
#include <string>

#include "itpn/tasks/pretrain/pretrain_checks.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

struct PretrainRequest {
  PretrainConfig config;
  RunRequest run;
};

struct PretrainResult {
  RunResult run;
  std::optional<double> validation_loss;
  std::string panel;  // picture of the end of the run
};

// Trains, and leaves a run directory (engine/run_directory.h). Throws itpn::Error with the exit codes of core/errors.h.
PretrainResult pretrain(const PretrainRequest& request);

}  // namespace itpn
