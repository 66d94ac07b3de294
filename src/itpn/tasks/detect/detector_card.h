// What weights of a detector say of themselves.
#pragma once

#include <string>
#include <vector>

#include "itpn/tasks/detect/detect_config.h"
#include "itpn/tasks/weights/model_card.h"

namespace itpn {

// Of a settled recipe.
ModelCard detector_card(const DetectConfig& config, const std::vector<std::string>& class_names);

}  // namespace itpn
