// `itpn info FILE`: what a file of weights is.
#pragma once

#include <string>

namespace itpn {

struct WeightsInfoRequest {
  std::string path;
  std::string key = "";
  bool tensors = false;  // list them
  bool json = false;
  bool skip_checksums = false;
};

// True where `info` is asked about a file or directory rather than a preset.
bool is_weights_path(const std::string& text);

// Format, entry, prefix, kind of model, inferred sizes, and on demand all tensors; as text or JSON.
std::string weights_info(const WeightsInfoRequest& request);

}  // namespace itpn
