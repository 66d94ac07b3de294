// `itpn info PRESET`: the size of a model and what it costs, per component.
#pragma once

#include <optional>
#include <string>

#include "itpn/core/image_size.h"

namespace itpn {

struct InfoRequest {
  std::string preset = "itpn-base";
  std::optional<ImageSize> image_size = {};  // the preset's own if absent
  bool json = false;
};

// A table for people, or JSON. Throws usage_error for an unknown preset or a size that the patch does not divide.
std::string model_info(const InfoRequest& request);

}  // namespace itpn
