#include "itpn/optim/optimizer.h"

#include <torch/torch.h>

namespace itpn {

Optimizer::Optimizer(const MasterWeights& weights, const std::vector<ParamGroup>& groups) {
  std::map<std::string, const MasterWeight*> by_name;
  for (const auto& weight : weights.weights()) by_name[weight.name] = &weight;
  for (const auto& group : groups) {
    for (const auto& name : group.names) {
      TORCH_CHECK(by_name.contains(name), "no parameter is called ", name);
      slots_.push_back({by_name[name]->parameter, by_name[name]->master, group.weight_decay, group.lr_scale});
      names_.push_back(name);
    }
  }
}

std::vector<at::Tensor> Optimizer::model_gradients() const {
  std::vector<at::Tensor> gradients;
  for (const Slot& slot : slots_) gradients.push_back(slot.parameter.grad());
  return gradients;
}

void Optimizer::step(const std::vector<at::Tensor>& gradients, const UpdateStep& step) {
  const torch::NoGradGuard no_grad;
  TORCH_CHECK(gradients.size() == slots_.size(), "the optimiser wants ", slots_.size(), " gradients, got ",
              gradients.size());
  update(gradients, step);
}

const at::Tensor& Optimizer::find_state(const std::map<std::string, at::Tensor>& state, const std::string& name) {
  const auto found = state.find(name);
  TORCH_CHECK(found != state.end(), "the optimiser's state lacks ", name);
  return found->second;
}

void Optimizer::copy_state(at::Tensor to, const std::map<std::string, at::Tensor>& state, const std::string& name) {
  const at::Tensor& from = find_state(state, name);
  TORCH_CHECK(from.sizes() == to.sizes(), name, " has shape ", from.sizes(), " where ", to.sizes(), " is wanted");
  to.copy_(from);
}

}  // namespace itpn
