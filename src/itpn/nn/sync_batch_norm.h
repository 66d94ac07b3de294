// Batch normalisation of maps whose statistics are those of all processes' samples together (the cross-GPU form of
// Peng et al., MegDet, CVPR 2018). Axes: N sample, C channel, H, W cells.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <functional>

namespace itpn {

// Adds a tensor up over the processes, in place. Called by all of them in the same order.
using SumOverProcesses = std::function<void(const at::Tensor&)>;

struct SyncBatchNormConfig {
  int64_t channels = 1;
  double eps = 1e-5;
  double momentum = 0.1;  // share of the batch in the running statistics
};

class SyncBatchNormImpl : public torch::nn::Module {
 public:
  explicit SyncBatchNormImpl(const SyncBatchNormConfig& config);

  // (N, C, H, W) -> the same in fp32. In training mode the batch's statistics, which move the running ones (with the
  // unbiased variance); in evaluation mode the running ones. A process may have no samples (N = 0).
  torch::Tensor forward(const torch::Tensor& x);

  // Without one the process is alone.
  void set_sum(SumOverProcesses sum) { sum_ = std::move(sum); }

  const SyncBatchNormConfig config;
  torch::Tensor weight, bias, running_mean, running_var, num_batches_tracked;

 private:
  torch::Tensor forward_training(const torch::Tensor& x);

  SumOverProcesses sum_;
};
TORCH_MODULE(SyncBatchNorm);

// Gives `sum` to every SyncBatchNorm below the module.
void set_batch_norm_sum(torch::nn::Module& module, const SumOverProcesses& sum);

}  // namespace itpn
