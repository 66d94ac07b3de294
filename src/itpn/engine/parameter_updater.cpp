#include "itpn/engine/parameter_updater.h"

#include <torch/torch.h>

#include <set>
#include <utility>

#include "itpn/engine/gradient_buckets.h"
#include "itpn/engine/optimizer_shards.h"
#include "itpn/nn/weight_dtype.h"
#include "itpn/optim/grad_norm.h"

namespace itpn {
namespace {

void check_groups(const MasterWeights& weights, const std::vector<ParamGroup>& groups) {
  std::set<std::string> grouped;
  for (const ParamGroup& group : groups) {
    for (const std::string& name : group.names) {
      TORCH_CHECK(grouped.insert(name).second, name, " is in two parameter groups");
    }
  }
  for (const auto& [name, parameter] : weights.trainable()) {
    TORCH_CHECK(grouped.contains(name), name, " is trained, but in no parameter group");
  }
}

}  // namespace

ParameterUpdater::ParameterUpdater(torch::nn::Module& model, const UpdaterConfig& config)
    : config_(config),
      weights_(model),
      buffers_(model.buffers()),
      optimizer_(make_optimizer(weights_, config.groups, config.optimizer)),
      accumulate_(config.accumulate) {
  check_groups(weights_, config.groups);
  if (config.compute_type != torch::kFloat32) cast_matmul_weights(model, config.compute_type);
}

ParameterUpdater::~ParameterUpdater() = default;

int64_t ParameterUpdater::reduced_bytes() const { return buckets_ ? buckets_->bytes() : 0; }

void ParameterUpdater::join(ProcessGroup& group, bool overlaps) {
  if (group.is_alone()) return;
  std::vector<torch::Tensor> parameters;
  for (const std::string& name : optimizer_->names()) parameters.push_back(weights_.at(name).parameter);
  buckets_ = std::make_unique<GradientBuckets>(std::move(parameters), group, overlaps);
  if (!group.config().shard_optimizer) return;
  shards_ = std::make_unique<OptimizerShards>(weights_, config_.groups, config_.optimizer, *optimizer_, group);
  optimizer_.reset();
}

void ParameterUpdater::collect_state() {
  if (shards_) collected_ = shards_->gather();
}

NamedTensors ParameterUpdater::optimizer_state() const { return shards_ ? collected_ : optimizer_->state(); }

void ParameterUpdater::begin_step() {
  buffers_before_.clear();
  for (const torch::Tensor& buffer : buffers_) buffers_before_.push_back(buffer.clone());
}

void ParameterUpdater::expect_last() {
  if (buckets_) buckets_->expect_last();
}

void ParameterUpdater::add_gradients() {
  if (buckets_) return buckets_->add();
  if (!accumulate_) return;
  const torch::NoGradGuard no_grad;
  const std::vector<at::Tensor> fresh = optimizer_->model_gradients();
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

void ParameterUpdater::finish_gradients() {
  if (buckets_) buckets_->reduce();
}

std::vector<torch::Tensor> ParameterUpdater::gradients() const {
  if (buckets_) return buckets_->gradients();
  return accumulate_ ? gradients_ : optimizer_->model_gradients();
}

torch::Tensor ParameterUpdater::gradient_norm() { return grad_norm(gradients()); }

void ParameterUpdater::apply(const UpdateStep& step) {
  if (shards_) {
    shards_->step(gradients(), step);
  } else {
    optimizer_->step(gradients(), step);
  }
  forget_gradients();
}

void ParameterUpdater::discard() {
  forget_gradients();
  for (size_t i = 0; i < buffers_before_.size(); ++i) buffers_[i].copy_(buffers_before_[i]);
}

void ParameterUpdater::forget_gradients() {
  gradients_.clear();
  if (buckets_) buckets_->clear();
  for (const MasterWeight& weight : weights_.weights()) weight.parameter.mutable_grad().reset();
}

void ParameterUpdater::restore(const NamedTensors& optimizer_state) {
  optimizer_->load_state({optimizer_state.begin(), optimizer_state.end()});
  weights_.write_to_model();
}

}  // namespace itpn
