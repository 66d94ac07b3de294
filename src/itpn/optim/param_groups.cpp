#include "itpn/optim/param_groups.h"

#include <algorithm>

namespace itpn {

bool is_decayed(const std::string& name, const at::Tensor& parameter, const std::vector<std::string>& spared) {
  const std::string last = name.substr(name.rfind('.') + 1);
  const bool is_spared = std::find(spared.begin(), spared.end(), last) != spared.end();
  return parameter.dim() != 1 && last != "bias" && !is_spared;
}

std::vector<ParamGroup> weight_decay_groups(const NamedParameters& parameters, double weight_decay,
                                            const std::vector<std::string>& spared) {
  std::vector<ParamGroup> groups = {{.weight_decay = 0.0}, {.weight_decay = weight_decay}};
  for (const auto& [name, parameter] : parameters) {
    if (parameter.requires_grad()) groups[is_decayed(name, parameter, spared)].names.push_back(name);
  }
  return groups;
}

std::vector<ParamGroup> layer_decay_groups(const NamedParameters& parameters, const LayerDecayConfig& config) {
  std::vector<ParamGroup> groups;
  for (const auto& [name, parameter] : parameters) {
    if (!parameter.requires_grad()) continue;
    const double decay = is_decayed(name, parameter, config.spared) ? config.weight_decay : 0.0;
    const double scale = config.lr_scale(name);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const ParamGroup& g) { return g.weight_decay == decay && g.lr_scale == scale; });
    if (group == groups.end()) group = groups.insert(groups.end(), {.weight_decay = decay, .lr_scale = scale});
    group->names.push_back(name);
  }
  return groups;
}

}  // namespace itpn
