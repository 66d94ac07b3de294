#include "itpn/optim/master_weights.h"

#include <torch/torch.h>

#include <algorithm>

namespace itpn {

NamedParameters trainable_parameters(const torch::nn::Module& model) {
  NamedParameters found;
  for (const auto& item : model.named_parameters()) {
    if (item.value().requires_grad()) found.emplace_back(item.key(), item.value());
  }
  return found;
}

MasterWeights::MasterWeights(const torch::nn::Module& model) {
  for (const auto& item : model.named_parameters()) {
    TORCH_CHECK(item.value().scalar_type() == torch::kFloat32, "master weights are taken from an fp32 model, but ",
                item.key(), " is ", item.value().scalar_type());
    weights_.push_back({item.key(), item.value(), item.value().detach()});
  }
}

NamedParameters MasterWeights::trainable() const {
  NamedParameters found;
  for (const auto& weight : weights_) {
    if (weight.parameter.requires_grad()) found.emplace_back(weight.name, weight.parameter);
  }
  return found;
}

NamedParameters MasterWeights::masters() const {
  NamedParameters found;
  for (const auto& weight : weights_) found.emplace_back(weight.name, weight.master);
  return found;
}

const MasterWeight& MasterWeights::at(const std::string& name) const {
  const auto found = std::find_if(weights_.begin(), weights_.end(), [&](const auto& w) { return w.name == name; });
  TORCH_CHECK(found != weights_.end(), "no parameter is called ", name);
  return *found;
}

void MasterWeights::write_to_model() const {
  const torch::NoGradGuard no_grad;
  for (const auto& weight : weights_) {
    if (weight.is_rounded()) torch::Tensor(weight.parameter).copy_(weight.master);
  }
}

}  // namespace itpn
