#include "itpn/optim/adamw.h"

#include <torch/torch.h>

#include <cmath>

#include "itpn/optim/tensor_lists.h"
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
  std::vector<at::Tensor> given, masters, exp_avg, exp_avg_sq;
  std::vector<at::Scalar> keep, minus_rate;
  RoundedCopies rounded;
  for (size_t i = 0; i < slots().size(); ++i) {
    if (!gradients[i].defined()) continue;
    const Slot& e = slots()[i];
    const double lr = step.learning_rate * e.lr_scale;
    given.push_back(gradients[i]);
    masters.push_back(e.master);
    exp_avg.push_back(moments_[i].exp_avg);
    exp_avg_sq.push_back(moments_[i].exp_avg_sq);
    keep.emplace_back(1.0 - lr * e.weight_decay);
    minus_rate.emplace_back(-lr / correction);
    rounded.add(e.parameter, e.master);
  }
  if (given.empty()) return;
  const std::vector<at::Tensor> g = in_single_precision(given);
  at::_foreach_mul_(g, step.gradient_factor);
  at::_foreach_mul_(exp_avg, config_.beta1);
  at::_foreach_add_(exp_avg, g, 1.0 - config_.beta1);
  at::_foreach_mul_(exp_avg_sq, config_.beta2);
  at::_foreach_addcmul_(exp_avg_sq, g, g, 1.0 - config_.beta2);
  const std::vector<at::Tensor> denominators = at::_foreach_sqrt(exp_avg_sq);
  at::_foreach_mul_(denominators, root_scale);
  at::_foreach_add_(denominators, config_.eps);
  at::_foreach_mul_(masters, keep);
  at::_foreach_addcdiv_(masters, exp_avg, denominators, minus_rate);
  rounded.write();
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
