// {name, tensor} in a fixed order: parameters of a model, the content of a file.
#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace itpn {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

}  // namespace itpn
