#include "itpn/optim/lars.h"

#include <torch/torch.h>

namespace itpn {
namespace {

// Decay and layer-wise size of a matrix's gradient.
at::Tensor adapt(const at::Tensor& gradient, const at::Tensor& weight, double weight_decay, double trust) {
  const at::Tensor decayed = gradient + weight * weight_decay;
  const at::Tensor weight_norm = weight.norm(), gradient_norm = decayed.norm();
  const at::Tensor both = (weight_norm > 0).logical_and(gradient_norm > 0);
  return decayed * torch::where(both, weight_norm * trust / gradient_norm, torch::ones_like(weight_norm));
}

}  // namespace

Lars::Lars(const MasterWeights& weights, const std::vector<ParamGroup>& groups, const LarsConfig& config)
    : Optimizer(weights, groups), config_(config) {
  for (const Slot& slot : slots()) momenta_.push_back(torch::zeros_like(slot.master));
}

void Lars::update(const std::vector<at::Tensor>& gradients, const UpdateStep& step) {
  for (size_t i = 0; i < slots().size(); ++i) {
    if (!gradients[i].defined()) continue;
    const Slot& slot = slots()[i];
    at::Tensor g = gradients[i].to(at::kFloat) * step.gradient_factor;
    if (slot.master.dim() > 1) g = adapt(g, slot.master, slot.weight_decay, config_.trust_coefficient);
    momenta_[i].mul_(config_.momentum).add_(g);
    at::Tensor(slot.master).sub_(momenta_[i], step.learning_rate * slot.lr_scale);
    if (slot.parameter.scalar_type() != at::kFloat) at::Tensor(slot.parameter).copy_(slot.master);
  }
}

NamedParameters Lars::state() const {
  NamedParameters state;
  for (size_t i = 0; i < momenta_.size(); ++i) state.emplace_back("momentum/" + names()[i], momenta_[i]);
  return state;
}

void Lars::load_state(const std::map<std::string, at::Tensor>& state) {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < momenta_.size(); ++i) copy_state(momenta_[i], state, "momentum/" + names()[i]);
}

}  // namespace itpn
