// What loading a file of weights would do for each use of it, before any model is made. Torch-free.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "itpn/models/backbone/infer_sizes.h"

namespace itpn {

// One use of a file, by a model of the file's own sizes.
struct LoadForecast {
  std::string use;                         // "pretrain", with the keys of the recipe that it takes
  size_t loaded = 0;                       // tensors
  std::map<std::string, size_t> left_out;  // reason -> tensors of the file
};

// For pre-training of the file's own kind, classification, and backbone with pyramid.
std::vector<LoadForecast> forecast_loads(std::span<const TensorInfo> file, const InferredSizes& sizes);

// For a detector that is used as it is, by a file of one.
LoadForecast forecast_detector_load(std::span<const TensorInfo> file);

// For the teacher of CLIP-supervised pre-training, by a file that is one.
std::vector<LoadForecast> forecast_teacher_loads(std::span<const TensorInfo> file);

}  // namespace itpn
