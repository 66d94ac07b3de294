// Which parameters share a weight decay and a learning-rate factor, chosen by name, never by position.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace itpn {

using NamedParameters = std::vector<std::pair<std::string, at::Tensor>>;

// Parameters with the same treatment, in registration order.
struct ParamGroup {
  double weight_decay = 0.0;
  double lr_scale = 1.0;
  std::vector<std::string> names = {};
};

// Biases and one-dimensional parameters (norms, layer scales) are not decayed; position tables and mask tokens are, as
// in the published pixel recipes.
bool is_decayed(const std::string& name, const at::Tensor& parameter);

// Two groups, the one without decay first: the order in which the published checkpoints number their state.
// Parameters that want no gradient are left out.
std::vector<ParamGroup> weight_decay_groups(const NamedParameters& parameters, double weight_decay);

}  // namespace itpn
