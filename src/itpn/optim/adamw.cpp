#include "itpn/optim/adamw.h"

#include <torch/torch.h>

#include <cmath>

#include "itpn/optim/update_kernels.h"

namespace itpn {
namespace {

// 1 - beta^t without the loss of digits that the plain form has for beta near 1.
double bias_correction(double beta, int64_t step) { return -std::expm1(static_cast<double>(step) * std::log(beta)); }

}  // namespace

AdamW::AdamW(const MasterWeights& weights, const std::vector<ParamGroup>& groups, const AdamWConfig& config)
    : Optimizer(weights, groups), config_(config) {
  std::vector<int64_t> sizes;
  for (const Slot& slot : slots()) {
    moments_.push_back({torch::zeros_like(slot.master), torch::zeros_like(slot.master)});
    sizes.push_back(slot.master.numel());
  }
  stretches_ = cut_into_stretches(sizes);
}

void AdamW::update(const std::vector<at::Tensor>& gradients, const UpdateStep& step) {
  ++steps_;
  if (is_all_plain_cpu(gradients)) {
    step_fast(gradients, step);
  } else {
    step_by_tensor_operations(gradients, step);
  }
}

bool AdamW::is_all_plain_cpu(const std::vector<at::Tensor>& gradients) const {
  for (size_t i = 0; i < slots().size(); ++i) {
    const Slot& e = slots()[i];
    const bool is_short = e.parameter.scalar_type() == at::kBFloat16;
    if (!is_plain_cpu(e.parameter, is_short ? at::kBFloat16 : at::kFloat) || !is_plain_cpu(e.master, at::kFloat)) {
      return false;
    }
    const at::Tensor& g = gradients[i];
    if (g.defined() && !is_plain_cpu(g, at::kFloat) && !is_plain_cpu(g, at::kBFloat16)) return false;
  }
  return true;
}

void AdamW::step_fast(const std::vector<at::Tensor>& gradients, const UpdateStep& step) {
  const double root_scale = 1.0 / std::sqrt(bias_correction(config_.beta2, steps_));
  const double correction = bias_correction(config_.beta1, steps_);
  for_each_stretch(stretches_, [&](size_t, const Stretch& s) {
    const Slot& e = slots()[s.tensor];
    const Moments& moments = moments_[s.tensor];
    const at::Tensor& gradient = gradients[s.tensor];
    if (!gradient.defined()) return;
    const double lr = step.learning_rate * e.lr_scale;
    const AdamWFactors factors = {.gradient = static_cast<float>(step.gradient_factor),
                                  .keep = static_cast<float>(1.0 - lr * e.weight_decay),
                                  .beta1 = static_cast<float>(config_.beta1),
                                  .beta2 = static_cast<float>(config_.beta2),
                                  .step = static_cast<float>(lr / correction),
                                  .root_scale = static_cast<float>(root_scale),
                                  .eps = static_cast<float>(config_.eps)};
    const bool is_short = e.parameter.scalar_type() == at::kBFloat16;
    uint16_t* rounded = is_short ? static_cast<uint16_t*>(e.parameter.data_ptr()) + s.begin : nullptr;
    float* master = e.master.data_ptr<float>() + s.begin;
    float* exp_avg = moments.exp_avg.data_ptr<float>() + s.begin;
    float* exp_avg_sq = moments.exp_avg_sq.data_ptr<float>() + s.begin;
    if (gradient.scalar_type() == at::kFloat) {
      const float* g = gradient.const_data_ptr<float>() + s.begin;
      update_kernels().adamw_f32({g, master, exp_avg, exp_avg_sq, rounded, s.count}, factors);
    } else {
      const auto* g = static_cast<const uint16_t*>(gradient.const_data_ptr()) + s.begin;
      update_kernels().adamw_bf16({g, master, exp_avg, exp_avg_sq, rounded, s.count}, factors);
    }
  });
}

void AdamW::step_by_tensor_operations(const std::vector<at::Tensor>& gradients, const UpdateStep& step) {
  const double root_scale = 1.0 / std::sqrt(bias_correction(config_.beta2, steps_));
  const double correction = bias_correction(config_.beta1, steps_);
  for (size_t i = 0; i < slots().size(); ++i) {
    if (!gradients[i].defined()) continue;
    const Slot& e = slots()[i];
    auto& [exp_avg, exp_avg_sq] = moments_[i];
    const double lr = step.learning_rate * e.lr_scale;
    const at::Tensor g = gradients[i].to(at::kFloat) * step.gradient_factor;
    exp_avg.mul_(config_.beta1).add_(g, 1.0 - config_.beta1);
    exp_avg_sq.mul_(config_.beta2).addcmul_(g, g, 1.0 - config_.beta2);
    const at::Tensor denominator = exp_avg_sq.sqrt().mul_(root_scale).add_(config_.eps);
    at::Tensor(e.master).mul_(1.0 - lr * e.weight_decay).addcdiv_(exp_avg, denominator, -lr / correction);
    if (e.parameter.scalar_type() != at::kFloat) at::Tensor(e.parameter).copy_(e.master);
  }
}

NamedParameters AdamW::state() const {
  NamedParameters state;
  for (size_t i = 0; i < moments_.size(); ++i) {
    state.emplace_back("exp_avg/" + names()[i], moments_[i].exp_avg);
    state.emplace_back("exp_avg_sq/" + names()[i], moments_[i].exp_avg_sq);
  }
  state.emplace_back("step", torch::tensor(steps_, torch::kInt64));
  return state;
}

void AdamW::load_state(const std::map<std::string, at::Tensor>& state) {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < moments_.size(); ++i) {
    copy_state(moments_[i].exp_avg, state, "exp_avg/" + names()[i]);
    copy_state(moments_[i].exp_avg_sq, state, "exp_avg_sq/" + names()[i]);
  }
  steps_ = find_state(state, "step").item<int64_t>();
}

}  // namespace itpn
