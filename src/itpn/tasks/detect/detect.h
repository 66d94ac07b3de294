// `itpn detect`: trains a detector on pictures with objects (paper, section 4.3).
#pragma once

#include <optional>

#include "itpn/tasks/detect/detect_config.h"
#include "itpn/tasks/detect/score_detector.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

struct DetectRequest {
  DetectConfig config;
  RunRequest run;
};

struct DetectResult {
  RunResult run;
  std::optional<DetectionScore> validation;  // of the end
  BestResult best;
  std::string best_key;  // what it is measured by
};

// Trains, and leaves a run directory (engine/run_directory.h). Throws itpn::Error with the exit codes of core/errors.h.
DetectResult detect(const DetectRequest& request);

}  // namespace itpn
