// `itpn convert`: weights from one format to another.
#pragma once

#include <string>
#include <vector>

namespace itpn {

struct ConvertRequest {
  std::string input;     // .safetensors, .pth, .pt, shards, the directory of a checkpoint or of a run
  std::string output;    // .safetensors, .pth or .pt
  std::string key = "";  // entry of the input, as in find_weights; empty: found
  bool overwrite = false;
  bool skip_checksums = false;
};

struct ConvertResult {
  size_t tensors = 0;
  uint64_t bytes = 0;
  std::string from;                   // format and entry
  std::vector<std::string> left_out;  // values beside the tensors that are not read
};

// Keeps names, types, shapes and texts; takes off the entry that wraps the weights, no prefix. The output is whole or
// not there. Throws usage_error where it exists, a checkpoint error (exit 4) or SystemError (exit 5).
ConvertResult convert_weights(const ConvertRequest& request);

}  // namespace itpn
