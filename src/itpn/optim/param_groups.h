// Which parameters share a weight decay and a learning-rate factor, chosen by name, never by position.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
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

// Biases and one-dimensional parameters (norms, layer scales) are not decayed, nor those whose name ends with one of
// `spared` as its last part ("absolute_pos_embed", "relative_position_bias_table").
bool is_decayed(const std::string& name, const at::Tensor& parameter, const std::vector<std::string>& spared = {});

// Two groups, the one without decay first: the order in which the published pre-training checkpoints number their
// state. Position tables and mask tokens are decayed unless `spared` says otherwise. Parameters that want no gradient
// are left out.
std::vector<ParamGroup> weight_decay_groups(const NamedParameters& parameters, double weight_decay,
                                            const std::vector<std::string>& spared = {});

struct LayerDecayConfig {
  double weight_decay = 0.0;
  std::vector<std::string> spared = {};
  std::function<double(const std::string& name)> lr_scale;  // learning-rate factor of a parameter
};

// A group for each learning-rate factor and decay, in the order in which they first occur: as the published
// fine-tuning checkpoints number their state. Parameters that want no gradient are left out.
std::vector<ParamGroup> layer_decay_groups(const NamedParameters& parameters, const LayerDecayConfig& config);

}  // namespace itpn
