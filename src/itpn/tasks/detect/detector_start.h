// What --init names: the weights that a detector starts from.
#pragma once

#include <string>
#include <vector>

#include "itpn/engine/train_state.h"
#include "itpn/tasks/weights/run_request.h"

namespace itpn {

// Copies the weights of run.init into `model`, the tensors of a detector, and says what became of each.
//
// From pre-training or a classifier come backbone and pyramid; with `pyramid` = "fresh" the pyramid stays as it is.
// From a detector come its heads too, whose rows follow the names of the classes: `class_names` are the model's. Rows
// of classes that the weights do not know keep their values; a table tells which.
//
// Throws a checkpoint error (exit 4) where the backbone does not fit, unless run.allow_partial; then nothing has been
// copied.
void load_detector_start(const RunRequest& run, const std::string& pyramid, const NamedTensors& model,
                         const std::vector<std::string>& class_names);

}  // namespace itpn
