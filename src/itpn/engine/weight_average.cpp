#include "itpn/engine/weight_average.h"

#include <torch/torch.h>

#include "itpn/nn/weight_dtype.h"

namespace itpn {

WeightAverage::WeightAverage(torch::nn::Module& average, const torch::nn::Module& followed,
                             const MasterWeights& masters, torch::ScalarType compute_type)
    : weights_(average) {
  for (torch::Tensor& parameter : average.parameters()) parameter.requires_grad_(false);
  if (compute_type != torch::kFloat32) cast_matmul_weights(average, compute_type);
  for (const MasterWeight& weight : weights_.weights()) {
    const MasterWeight& source = masters.at(weight.name);
    auto& entries = source.parameter.requires_grad() ? averaged_ : copied_;
    entries.push_back({source.master, weight.master, weight.is_rounded() ? weight.parameter : torch::Tensor()});
  }
  const auto sources = followed.named_buffers();
  for (const auto& buffer : average.named_buffers()) {
    buffers_.emplace_back(buffer.key(), buffer.value());
    copied_.push_back({sources[buffer.key()], buffer.value(), {}});
  }
}

void WeightAverage::update(double decay) {
  update_ema(averaged_, decay);
  const torch::NoGradGuard no_grad;
  for (const EmaEntry& entry : copied_) {
    torch::Tensor(entry.average).copy_(entry.value);
    if (entry.rounded.defined()) torch::Tensor(entry.rounded).copy_(entry.value);
  }
}

NamedTensors WeightAverage::tensors() const {
  NamedTensors tensors = weights_.masters();
  tensors.insert(tensors.end(), buffers_.begin(), buffers_.end());
  return tensors;
}

}  // namespace itpn
