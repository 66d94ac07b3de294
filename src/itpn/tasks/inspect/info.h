// `itpn info PRESET`: the size of a model and what it costs, per component.
#pragma once

#include <cstdint>
#include <string>

namespace itpn {

struct InfoRequest {
  std::string preset = "itpn-base";
  std::string image_size = "";  // "HEIGHTxWIDTH" or one number, pixels; empty: the preset's own
  bool json = false;
};

// A table for people, or JSON. Throws usage_error for an unknown preset or a size that the patch does not divide.
std::string model_info(const InfoRequest& request);

}  // namespace itpn
