#include "itpn/engine/parameter_updater.h"

#include <torch/torch.h>

#include "itpn/nn/weight_dtype.h"
#include "itpn/optim/grad_norm.h"

namespace itpn {

ParameterUpdater::ParameterUpdater(torch::nn::Module& model, const UpdaterConfig& config)
    : weights_(model),
      optimizer_(weights_, weight_decay_groups(weights_.trainable(), config.weight_decay), config.adamw),
      accumulate_(config.accumulate) {
  if (config.compute_type != torch::kFloat32) cast_matmul_weights(model, config.compute_type);
}

void ParameterUpdater::add_gradients() {
  if (!accumulate_) return;
  const torch::NoGradGuard no_grad;
  const std::vector<at::Tensor> fresh = optimizer_.model_gradients();
  gradients_.resize(fresh.size());
  for (size_t i = 0; i < fresh.size(); ++i) {
    if (!fresh[i].defined()) continue;
    if (gradients_[i].defined()) {
      gradients_[i].add_(fresh[i]);
    } else {
      gradients_[i] = fresh[i].to(torch::kFloat32, /*non_blocking=*/false, /*copy=*/true);
    }
  }
  for (const MasterWeight& weight : weights_.weights()) weight.parameter.mutable_grad().reset();
}

torch::Tensor ParameterUpdater::gradient_norm() {
  return grad_norm(accumulate_ ? gradients_ : optimizer_.model_gradients());
}

void ParameterUpdater::apply(const AdamWStep& step) {
  optimizer_.step(accumulate_ ? gradients_ : optimizer_.model_gradients(), step);
  discard();
}

void ParameterUpdater::discard() {
  gradients_.clear();
  for (const MasterWeight& weight : weights_.weights()) weight.parameter.mutable_grad().reset();
}

void ParameterUpdater::restore(const NamedTensors& optimizer_state) {
  optimizer_.load_state({optimizer_state.begin(), optimizer_state.end()});
  weights_.write_to_model();
}

}  // namespace itpn
