// A file of weights that a user names, and what is known of the model in it before it is built.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/engine/checkpoint_files.h"
#include "itpn/models/backbone/infer_sizes.h"
#include "itpn/tasks/weights/model_card.h"

namespace itpn {

// Which weights, and how they run.
struct ModelRequest {
  std::string weights;    // a run, a checkpoint, a .safetensors or .pth file
  bool best = false;      // of a run: the checkpoint with the best validation instead of the newest
  bool averaged = false;  // the moving average of the weights
  std::string device = "auto";
  std::string precision = "fp32";
  int64_t image_size = 0;  // 0: the model's own
};

struct ModelSource {
  WeightsPath weights;    // the file, found sound where it is part of a checkpoint
  std::string path;       // of the file, or of the checkpoint's directory: for people
  std::string key;        // entry of it that holds the weights
  ModelCard card;         // as the file says; from names and shapes where it says nothing
  int64_t classes = 0;    // outputs of the head, 0: there is none
  bool is_probe = false;  // the head is that of linear probing
  PyramidConfig pyramid;  // num_outs 1: the file has none
};

// The sizes that names and shapes tell, of a run, a checkpoint or a file; `key` as in find_weights. Throws an
// input/output error (exit 5) where there is no such file, a checkpoint error (exit 4) where it cannot be read or holds
// no iTPN.
InferredSizes sizes_of_weights(const std::string& path, const std::string& key = "");

// Throws as sizes_of_weights, and a checkpoint error (exit 4) where the sizes are of no known model.
ModelSource find_model(const ModelRequest& request);

}  // namespace itpn
