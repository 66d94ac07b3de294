#include "itpn/engine/master_updater.h"

#include <torch/torch.h>

#include "itpn/nn/weight_dtype.h"

namespace itpn {
namespace {

bool decays(const std::string& name, const torch::Tensor& parameter) {
  return parameter.dim() > 1 && !name.ends_with(".bias");
}

}  // namespace

MasterUpdater::MasterUpdater(torch::nn::Module& module, const UpdaterConfig& config) : config_(config) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    const torch::Tensor values = item.value().detach();
    TORCH_CHECK(values.scalar_type() == torch::kFloat32, item.key(), " must be fp32 before its master is made");
    slots_.push_back(
        {item.key(), {}, values, {}, torch::zeros_like(values), torch::zeros_like(values), decays(item.key(), values)});
  }
  if (config.compute_type != torch::kFloat32) {
    for (Slot& slot : slots_) slot.master = slot.master.clone();
    cast_matmul_weights(module, config.compute_type);
  }
  const auto parameters = module.named_parameters();
  for (Slot& slot : slots_) {
    slot.parameter = parameters[slot.name];
    if (slot.parameter.scalar_type() == torch::kFloat32) slot.master = slot.parameter.detach();
  }
}

void MasterUpdater::add_gradients() {
  if (!config_.accumulate) return;
  for (Slot& slot : slots_) {
    torch::Tensor& gradient = slot.parameter.mutable_grad();
    if (!gradient.defined()) continue;
    if (slot.gradient.defined()) {
      slot.gradient.add_(gradient);
    } else {
      slot.gradient = gradient.to(torch::kFloat32, /*non_blocking=*/false, /*copy=*/true);
    }
    gradient.reset();
  }
}

torch::Tensor MasterUpdater::gradient_norm() {
  std::vector<torch::Tensor> norms;
  for (Slot& slot : slots_) {
    if (!config_.accumulate) slot.gradient = slot.parameter.grad();
    if (slot.gradient.defined()) {
      norms.push_back(at::linalg_vector_norm(slot.gradient, 2, at::OptionalIntArrayRef(), false, torch::kFloat32));
    }
  }
  return at::linalg_vector_norm(torch::stack(norms), 2);
}

void MasterUpdater::apply(const UpdateStep& step) {
  const torch::NoGradGuard no_grad;
  ++updates_;
  update_group(step, /*decays=*/false);
  update_group(step, /*decays=*/true);
  for (Slot& slot : slots_) write_back(slot);
  discard();
}

void MasterUpdater::update_group(const UpdateStep& step, bool decays) {
  std::vector<torch::Tensor> masters, gradients, exp_avgs, exp_avg_sqs, steps;
  for (Slot& slot : slots_) {
    if (slot.decays != decays || !slot.gradient.defined()) continue;
    masters.push_back(slot.master);
    gradients.push_back(slot.gradient.to(torch::kFloat32).mul(step.gradient_factor));
    exp_avgs.push_back(slot.exp_avg);
    exp_avg_sqs.push_back(slot.exp_avg_sq);
    // The operation itself counts this update.
    steps.push_back(torch::full({}, static_cast<double>(updates_ - 1), slot.master.options()));
  }
  if (masters.empty()) return;
  at::_fused_adamw_(masters, gradients, exp_avgs, exp_avg_sqs, {}, steps, step.learning_rate, config_.beta1,
                    config_.beta2, decays ? config_.weight_decay : 0.0, config_.eps, /*amsgrad=*/false,
                    /*maximize=*/false);
}

void MasterUpdater::discard() {
  for (Slot& slot : slots_) {
    slot.gradient.reset();
    slot.parameter.mutable_grad().reset();
  }
}

NamedTensors MasterUpdater::masters() const {
  NamedTensors result;
  for (const Slot& slot : slots_) result.emplace_back(slot.name, slot.master);
  return result;
}

NamedTensors MasterUpdater::moments() const {
  NamedTensors result;
  for (const Slot& slot : slots_) {
    result.emplace_back("exp_avg/" + slot.name, slot.exp_avg);
    result.emplace_back("exp_avg_sq/" + slot.name, slot.exp_avg_sq);
  }
  return result;
}

void MasterUpdater::adopt_masters(int64_t updates) {
  const torch::NoGradGuard no_grad;
  updates_ = updates;
  for (Slot& slot : slots_) write_back(slot);
}

void MasterUpdater::write_back(Slot& slot) {
  if (!slot.master.is_same(slot.parameter) && slot.master.data_ptr() != slot.parameter.data_ptr()) {
    slot.parameter.copy_(slot.master);
  }
}

}  // namespace itpn
