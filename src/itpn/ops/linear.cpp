#include "itpn/ops/linear.h"

#include <torch/torch.h>

namespace itpn::ops {

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const auto dtype = weight.scalar_type();
  return at::linear(x.to(dtype), weight, bias.defined() ? bias.to(dtype) : bias);
}

at::Tensor layer_norm(const at::Tensor& x, const LayerNormWeights& weights, at::ScalarType out) {
  return at::layer_norm(x.to(weights.weight.scalar_type()), {x.size(-1)}, weights.weight, weights.bias, weights.eps)
      .to(out);
}

}  // namespace itpn::ops
