// Linear and LayerNorm whose parameters carry the published names and whose arithmetic follows the dtype of the
// weights (ops/linear.h). Parameters start as 0 (norm weights as 1); nn/init.h draws the rest.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "itpn/ops/linear.h"

namespace itpn {

struct LinearConfig {
  int64_t in = 1, out = 1;
  bool bias = true;
};

class LinearImpl : public torch::nn::Module {
 public:
  explicit LinearImpl(const LinearConfig& config);
  // (..., in) -> (..., out) in the weight's dtype
  torch::Tensor forward(const torch::Tensor& x);
  torch::ScalarType dtype() const { return weight.scalar_type(); }

  torch::Tensor weight, bias;
};
TORCH_MODULE(Linear);

// Normalises in fp32; the result comes in the dtype that the next layer computes in.
class LayerNormImpl : public torch::nn::Module {
 public:
  LayerNormImpl(int64_t dim, double eps);
  torch::Tensor forward(const torch::Tensor& x, torch::ScalarType out = torch::kFloat32);
  ops::LayerNormWeights weights() const { return {weight, bias, eps}; }

  torch::Tensor weight, bias;
  const double eps;
};
TORCH_MODULE(LayerNorm);

}  // namespace itpn
