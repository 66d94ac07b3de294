// `itpn eval`: how well a model does on pictures whose answers are known, whatever kind of model it is.
#pragma once

#include <string>

#include "itpn/tasks/weights/model_request.h"

namespace itpn {

struct EvaluationReport {
  std::string text;        // as request.json asks; "" in all processes but the first
  int64_t unreadable = 0;  // pictures that were left out
};

// Measures with all processes that were started together. Throws a usage error (exit 2) where the weights are of a kind
// that nothing can be measured of, and the errors of the kind: evaluate_classifier (tasks/classify),
// evaluate_detector (tasks/detect).
EvaluationReport evaluate(const EvaluateRequest& request);

}  // namespace itpn
