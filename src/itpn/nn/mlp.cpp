#include "itpn/nn/mlp.h"

#include <torch/torch.h>

namespace itpn {

MlpImpl::MlpImpl(int64_t dim, int64_t hidden) {
  fc1 = register_module("fc1", Linear(LinearConfig{dim, hidden}));
  fc2 = register_module("fc2", Linear(LinearConfig{hidden, dim}));
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x) { return fc2(at::gelu(fc1(x))); }

}  // namespace itpn
