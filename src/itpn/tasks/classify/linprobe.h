// Linear probing: one linear layer on the frozen features of a pre-trained model (paper, section 4.2; spec of the
// recipes, 6).
#pragma once

#include <string>
#include <vector>

#include "itpn/tasks/classify/finetune.h"

namespace itpn {

struct LinprobeRequest {
  LinprobeConfig config;
  RunRequest run;
};

// The recipe of a file, or the defaults for "", with overrides "a.b=c".
LinprobeConfig load_linprobe_config(const std::string& recipe, const std::vector<std::string>& overrides);

// Throws a usage error (exit 2) that names the keys that do not fit each other.
void check_linprobe_config(const LinprobeConfig& config);

// Trains, and leaves a run directory (engine/run_directory.h). Throws itpn::Error with the exit codes of core/errors.h.
ClassificationResult linprobe(const LinprobeRequest& request);

}  // namespace itpn
