#include "itpn/nn/sync_batch_norm.h"

#include <torch/torch.h>

namespace itpn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

const std::vector<int64_t> kAllButChannels = {0, 2, 3};

torch::Tensor by_channel(const torch::Tensor& values) { return values.view({1, -1, 1, 1}); }

struct Holder : torch::CustomClassHolder {
  explicit Holder(SumOverProcesses s) : sum(std::move(s)) {}
  SumOverProcesses sum;
};

// What all processes' samples have in common: count, mean and variance (biased) by channel.
struct Statistics {
  torch::Tensor count, mean, variance;
};

Statistics statistics_of(const torch::Tensor& x, const SumOverProcesses& sum) {
  const int64_t C = x.size(1);
  const torch::Tensor count = torch::full({1}, static_cast<double>(x.numel() / std::max<int64_t>(C, 1)), x.options());
  const torch::Tensor totals = torch::cat({x.sum(kAllButChannels), count});
  if (sum) sum(totals);
  const torch::Tensor all = totals.slice(0, C).clamp_min(1), mean = totals.slice(0, 0, C) / all;
  const torch::Tensor squares = (x - by_channel(mean)).square().sum(kAllButChannels);
  if (sum) sum(squares);
  return {all, mean, squares / all};
}

// (x - mean) / sqrt(variance + eps) with the gradient through the statistics of all processes.
struct NormaliseTogether : torch::autograd::Function<NormaliseTogether> {
  static torch::Tensor forward(AutogradContext* ctx, const torch::Tensor& x, const torch::Tensor& count,
                               const torch::Tensor& mean, const torch::Tensor& rstd, const SumOverProcesses& sum) {
    const torch::Tensor normed = (x - by_channel(mean)) * by_channel(rstd);
    ctx->save_for_backward({normed, count, rstd});
    ctx->saved_data["sum"] = c10::IValue::make_capsule(c10::make_intrusive<Holder>(sum));
    return normed;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const torch::Tensor &normed = saved[0], &d_normed = gradients[0];
    const torch::Tensor sums = torch::cat({d_normed.sum(kAllButChannels), (d_normed * normed).sum(kAllButChannels)});
    const auto holder = c10::static_intrusive_pointer_cast<Holder>(ctx->saved_data["sum"].toCapsule());
    if (holder->sum) holder->sum(sums);
    const torch::Tensor means = sums / saved[1];
    const int64_t C = normed.size(1);
    const torch::Tensor d_x =
        (d_normed - by_channel(means.slice(0, 0, C)) - normed * by_channel(means.slice(0, C))) * by_channel(saved[2]);
    return {d_x, {}, {}, {}, {}};
  }
};

}  // namespace

SyncBatchNormImpl::SyncBatchNormImpl(const SyncBatchNormConfig& cfg) : config(cfg) {
  weight = register_parameter("weight", torch::ones({cfg.channels}));
  bias = register_parameter("bias", torch::zeros({cfg.channels}));
  running_mean = register_buffer("running_mean", torch::zeros({cfg.channels}));
  running_var = register_buffer("running_var", torch::ones({cfg.channels}));
  num_batches_tracked = register_buffer("num_batches_tracked", torch::zeros({}, torch::kInt64));
}

torch::Tensor SyncBatchNormImpl::forward(const torch::Tensor& x) {
  TORCH_CHECK(x.dim() == 4 && x.size(1) == config.channels, "batch norm of ", config.channels,
              " channels wants (N, C, H, W), got ", x.sizes());
  const torch::Tensor values = x.to(torch::kFloat32);
  torch::Tensor normed;
  if (is_training()) {
    normed = forward_training(values);
  } else {
    normed = (values - by_channel(running_mean)) * by_channel((running_var + config.eps).rsqrt());
  }
  return normed * by_channel(weight) + by_channel(bias);
}

torch::Tensor SyncBatchNormImpl::forward_training(const torch::Tensor& x) {
  Statistics found;
  {
    const torch::NoGradGuard no_grad;
    found = statistics_of(x, sum_);
    const torch::Tensor unbiased = found.variance * found.count / (found.count - 1).clamp_min(1);
    running_mean.lerp_(found.mean, config.momentum);
    running_var.lerp_(unbiased, config.momentum);
    num_batches_tracked += 1;
  }
  return NormaliseTogether::apply(x, found.count, found.mean, (found.variance + config.eps).rsqrt(), sum_);
}

void set_batch_norm_sum(torch::nn::Module& module, const SumOverProcesses& sum) {
  for (const auto& child : module.modules()) {
    if (auto* norm = child->as<SyncBatchNormImpl>()) norm->set_sum(sum);
  }
}

}  // namespace itpn
