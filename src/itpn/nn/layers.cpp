#include "itpn/nn/layers.h"

#include <torch/torch.h>

#include "itpn/ops/linear.h"

namespace itpn {

LinearImpl::LinearImpl(const LinearConfig& config) {
  weight = register_parameter("weight", torch::zeros({config.out, config.in}));
  if (config.bias) bias = register_parameter("bias", torch::zeros({config.out}));
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) { return ops::linear(x, weight, bias); }

LayerNormImpl::LayerNormImpl(int64_t dim, double eps_in) : eps(eps_in) {
  weight = register_parameter("weight", torch::ones({dim}));
  bias = register_parameter("bias", torch::zeros({dim}));
}

torch::Tensor LayerNormImpl::forward(const torch::Tensor& x, torch::ScalarType out) {
  return ops::layer_norm(x, {weight, bias, eps}, out);
}

}  // namespace itpn
