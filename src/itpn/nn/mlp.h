// The two-layer perceptron of all blocks.
#pragma once

#include "itpn/nn/layers.h"
#include "itpn/ops/fused.h"

namespace itpn {

class MlpImpl : public torch::nn::Module {
 public:
  MlpImpl(int64_t dim, int64_t hidden);
  // (..., dim) -> (..., dim): fc2(GELU(fc1(x))), the exact erf form of GELU
  torch::Tensor forward(const torch::Tensor& x);

  // The weights as a fused residual branch behind `norm` takes them.
  ops::MlpWeights with(const ops::LayerNormWeights& norm) const {
    return {norm, fc1->weight, fc1->bias, fc2->weight, fc2->bias};
  }

  Linear fc1{nullptr}, fc2{nullptr};
};
TORCH_MODULE(Mlp);

}  // namespace itpn
