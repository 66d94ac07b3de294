#include "itpn/engine/gradient_buckets.h"

#include <torch/csrc/autograd/utils/lambda_post_hook.h>
#include <torch/torch.h>

#include <utility>

namespace itpn {
namespace {

using torch::autograd::impl::grad_accumulator;

}  // namespace

// Keeps the nodes alive on which the hooks sit.
struct GradientBuckets::Hooks {
  using Node = decltype(grad_accumulator(std::declval<const torch::autograd::Variable&>()));
  std::vector<Node> nodes;
  std::vector<uintptr_t> keys;
};

GradientBuckets::GradientBuckets(std::vector<torch::Tensor> parameters, ProcessGroup& group, bool overlaps)
    : parameters_(std::move(parameters)), group_(group), places_(parameters_.size()), gradients_(parameters_.size()) {
  const auto capacity = static_cast<int64_t>(group.config().bucket_mib * (1 << 20) / sizeof(float));
  std::vector<int64_t> sizes;
  for (size_t i = parameters_.size(); i-- > 0;) {
    if (buckets_.empty() || sizes.back() >= capacity) {
      buckets_.emplace_back();
      sizes.push_back(0);
    }
    places_[i].bucket = buckets_.size() - 1;
    buckets_.back().members.push_back(i);
    sizes.back() += parameters_[i].numel();
  }
  for (size_t b = 0; b < buckets_.size(); ++b) {
    Bucket& bucket = buckets_[b];
    const auto count = static_cast<int64_t>(bucket.members.size());
    bucket.flat = torch::zeros({sizes[b] + count}, torch::device(parameters_.front().device()).dtype(torch::kFloat32));
    int64_t begin = 0;
    for (int64_t k = 0; k < count; ++k) {
      Place& place = places_[bucket.members[static_cast<size_t>(k)]];
      const torch::Tensor& parameter = parameters_[bucket.members[static_cast<size_t>(k)]];
      place.view = bucket.flat.narrow(0, begin, parameter.numel()).view(parameter.sizes());
      place.is_here = bucket.flat[sizes[b] + k];
      begin += parameter.numel();
    }
  }
  if (!overlaps) return;
  hooks_ = std::make_unique<Hooks>();
  for (size_t i = 0; i < parameters_.size(); ++i) {
    hooks_->nodes.push_back(grad_accumulator(parameters_[i]));
    hooks_->keys.push_back(hooks_->nodes.back()->add_post_hook(std::make_unique<torch::autograd::utils::LambdaPostHook>(
        [this, i](const torch::autograd::variable_list& outputs, const torch::autograd::variable_list&) {
          on_gradient(i);
          return outputs;
        })));
  }
}

GradientBuckets::~GradientBuckets() {
  if (!hooks_) return;
  for (size_t i = 0; i < hooks_->nodes.size(); ++i) hooks_->nodes[i]->del_post_hook(hooks_->keys[i]);
}

void GradientBuckets::expect_last() {
  is_last_ = true;
  for (Bucket& bucket : buckets_) bucket.missing = static_cast<int64_t>(bucket.members.size());
}

void GradientBuckets::add_one(size_t parameter) {
  const torch::NoGradGuard no_grad;
  torch::Tensor& gradient = parameters_[parameter].mutable_grad();
  if (!gradient.defined()) return;
  Place& place = places_[parameter];
  if (place.is_filled) {
    place.view.add_(gradient);
  } else {
    place.view.copy_(gradient);
    place.is_here.fill_(1.0);
    place.is_filled = true;
  }
  gradient.reset();
}

void GradientBuckets::add() {
  for (size_t i = 0; i < parameters_.size(); ++i) add_one(i);
}

void GradientBuckets::on_gradient(size_t parameter) {
  if (!is_last_) return;
  Place& place = places_[parameter];
  TORCH_CHECK(!place.is_done, "a parameter received its gradient in two pieces; set distributed.overlap = false");
  place.is_done = true;
  add_one(parameter);
  --buckets_[place.bucket].missing;
  start_full_buckets();
}

// In their order, which is the same in all processes.
void GradientBuckets::start_full_buckets() {
  while (next_ < buckets_.size() && buckets_[next_].missing == 0) start(buckets_[next_++]);
}

void GradientBuckets::start(Bucket& bucket) {
  const torch::NoGradGuard no_grad;
  for (const size_t i : bucket.members) {
    if (places_[i].is_filled) continue;
    places_[i].view.zero_();
    places_[i].is_here.zero_();
  }
  bucket.sum = group_.start_sum(bucket.flat);
}

void GradientBuckets::reduce() {
  while (next_ < buckets_.size()) start(buckets_[next_++]);
  for (Bucket& bucket : buckets_) group_.finish(*bucket.sum);
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Place& place = places_[i];
    const bool is_anywhere = place.is_filled || place.is_here.item<float>() > 0.0F;
    gradients_[i] = is_anywhere ? place.view : torch::Tensor();
  }
}

void GradientBuckets::clear() {
  next_ = 0;
  is_last_ = false;
  for (Bucket& bucket : buckets_) bucket.sum.reset();
  for (Place& place : places_) place.is_filled = place.is_done = false;
  for (torch::Tensor& gradient : gradients_) gradient = torch::Tensor();
}

int64_t GradientBuckets::bytes() const {
  int64_t bytes = 0;
  for (const Bucket& bucket : buckets_) bytes += static_cast<int64_t>(bucket.flat.nbytes());
  return bytes;
}

}  // namespace itpn
