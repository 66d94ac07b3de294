// The head of linear probing: batch norm without affine parameters in front of one linear layer, which is all that is
// trained.
#pragma once

#include <torch/nn/modules/batchnorm.h>

#include "itpn/nn/layers.h"

namespace itpn {

class ProbeHeadImpl : public torch::nn::Module {
 public:
  ProbeHeadImpl(int64_t dim, int64_t classes);
  // (B, dim) -> (B, classes). In training mode the statistics of the batch are used and move the running ones
  // (momentum 0.1); in evaluation mode the running ones are used.
  torch::Tensor forward(const torch::Tensor& features);

  torch::nn::BatchNorm1d norm{nullptr};  // "0": running_mean, running_var, num_batches_tracked
  Linear linear{nullptr};                // "1"
};
TORCH_MODULE(ProbeHead);

}  // namespace itpn
