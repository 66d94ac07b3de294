#include "itpn/optim/param_groups.h"

namespace itpn {

bool is_decayed(const std::string& name, const at::Tensor& parameter) {
  return parameter.dim() != 1 && !name.ends_with(".bias");
}

std::vector<ParamGroup> weight_decay_groups(const NamedParameters& parameters, double weight_decay) {
  std::vector<ParamGroup> groups = {{.weight_decay = 0.0}, {.weight_decay = weight_decay}};
  for (const auto& [name, parameter] : parameters) {
    if (parameter.requires_grad()) groups[is_decayed(name, parameter)].names.push_back(name);
  }
  return groups;
}

}  // namespace itpn
