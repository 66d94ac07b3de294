#include "itpn/nn/weight_dtype.h"

#include <torch/torch.h>

namespace itpn {

bool is_matmul_weight(const std::string& name, const torch::Tensor& parameter) {
  return parameter.dim() >= 2 && name.ends_with(".weight");
}

void cast_matmul_weights(torch::nn::Module& module, torch::ScalarType dtype) {
  const torch::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) {
    torch::Tensor parameter = item.value();
    if (!is_matmul_weight(item.key(), parameter) || parameter.scalar_type() == dtype) continue;
    parameter.mutable_grad() = torch::Tensor();
    parameter.set_data(parameter.to(dtype));
  }
}

}  // namespace itpn
