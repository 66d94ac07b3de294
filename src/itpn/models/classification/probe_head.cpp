#include "itpn/models/classification/probe_head.h"

#include <torch/torch.h>

namespace itpn {

ProbeHeadImpl::ProbeHeadImpl(int64_t dim, int64_t classes) {
  namespace nn = torch::nn;
  norm = register_module("0", nn::BatchNorm1d(nn::BatchNormOptions(dim).eps(1e-6).momentum(0.1).affine(false)));
  linear = register_module("1", Linear(LinearConfig{dim, classes}));
}

torch::Tensor ProbeHeadImpl::forward(const torch::Tensor& features) {
  return linear(norm(features.to(torch::kFloat32)));
}

}  // namespace itpn
