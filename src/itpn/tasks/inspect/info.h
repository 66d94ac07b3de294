// `itpn info`: the size of a model and what it costs, per component; what a file of weights is.
#pragma once

#include <optional>
#include <string>

#include "itpn/core/image_size.h"
#include "itpn/tasks/weights/weights_info.h"

namespace itpn {

struct InfoRequest {
  std::string preset = "itpn-base";
  std::optional<ImageSize> image_size = {};  // the preset's own if absent
  bool json = false;
};

// A table for people, or JSON. Throws usage_error for an unknown preset or a size that the patch does not divide.
std::string model_info(const InfoRequest& request);

// What weights_info says (tasks/weights), and of a detector what a picture costs: of `image_size`, or of the largest
// that it looks at.
std::string file_info(const WeightsInfoRequest& request, const std::optional<ImageSize>& image_size);

}  // namespace itpn
