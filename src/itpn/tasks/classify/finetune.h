// Fine-tuning a classifier from end to end (paper, section 4.2; spec of the recipes, 3 to 5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "itpn/tasks/classify/classification_config.h"
#include "itpn/tasks/features/score_classifier.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

struct FinetuneRequest {
  FinetuneConfig config;
  RunRequest run;
};

struct ClassificationResult {
  RunResult run;
  std::optional<ClassificationScore> validation;  // of the end
  BestResult best;
};

// The recipe of a file, or the defaults for "", with overrides "a.b=c".
FinetuneConfig load_finetune_config(const std::string& recipe, const std::vector<std::string>& overrides);

// Throws a usage error (exit 2) that names the keys that do not fit each other.
void check_finetune_config(const FinetuneConfig& config);

// Trains, and leaves a run directory (engine/run_directory.h). Throws itpn::Error with the exit codes of core/errors.h.
ClassificationResult finetune(const FinetuneRequest& request);

}  // namespace itpn
