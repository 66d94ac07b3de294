// The two-layer perceptron of all blocks.
#pragma once

#include "itpn/nn/layers.h"

namespace itpn {

class MlpImpl : public torch::nn::Module {
 public:
  MlpImpl(int64_t dim, int64_t hidden);
  // (..., dim) -> (..., dim): fc2(GELU(fc1(x))), the exact erf form of GELU
  torch::Tensor forward(const torch::Tensor& x);

  Linear fc1{nullptr}, fc2{nullptr};
};
TORCH_MODULE(Mlp);

}  // namespace itpn
