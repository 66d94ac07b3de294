#include "itpn/eval/topk_accuracy.h"

#include <torch/torch.h>

#include <algorithm>

namespace itpn {

at::Tensor label_ranks(const at::Tensor& logits, const at::Tensor& labels) {
  TORCH_CHECK(logits.dim() == 2 && labels.dim() == 1 && logits.size(0) == labels.size(0), "labels ", labels.sizes(),
              " do not fit logits ", logits.sizes());
  const at::Tensor column = labels.unsqueeze(1);                             // (B, 1)
  const at::Tensor own = logits.gather(1, column);                           // (B, 1)
  const at::Tensor index = torch::arange(logits.size(1), column.options());  // (K)
  // Written as "not smaller", so that a comparison with what is not a number counts against the label.
  const at::Tensor is_before = index < column;  // (B, K)
  const at::Tensor beats = torch::where(is_before, (logits < own).logical_not(), (logits <= own).logical_not());
  return (beats & (index != column)).sum(1);
}

TopKAccuracy::TopKAccuracy(std::vector<int64_t> ks) : ks_(std::move(ks)), hits_(ks_.size()) {}

void TopKAccuracy::add(const at::Tensor& logits, const at::Tensor& labels) {
  const torch::NoGradGuard no_grad;
  const at::Tensor ranks = label_ranks(logits, labels).cpu();
  for (size_t i = 0; i < ks_.size(); ++i) hits_[i] += (ranks < ks_[i]).sum().item<int64_t>();
  count_ += labels.size(0);
}

double TopKAccuracy::value(int64_t k) const {
  const auto found = std::find(ks_.begin(), ks_.end(), k);
  TORCH_CHECK(found != ks_.end(), "top-", k, " was not counted");
  if (count_ == 0) return 0.0;
  return 100.0 * static_cast<double>(hits_[static_cast<size_t>(found - ks_.begin())]) / static_cast<double>(count_);
}

void TopKAccuracy::reset() {
  std::fill(hits_.begin(), hits_.end(), 0);
  count_ = 0;
}

void TopKAccuracy::merge(const TopKAccuracy& other) {
  TORCH_CHECK(ks_ == other.ks_, "accuracies of different k cannot be merged");
  for (size_t i = 0; i < ks_.size(); ++i) hits_[i] += other.hits_[i];
  count_ += other.count_;
}

std::vector<int64_t> TopKAccuracy::sums() const {
  std::vector<int64_t> sums{count_};
  sums.insert(sums.end(), hits_.begin(), hits_.end());
  return sums;
}

void TopKAccuracy::set_sums(const std::vector<int64_t>& sums) {
  TORCH_CHECK(sums.size() == 1 + ks_.size(), "sums of another number of ks");
  count_ = sums.front();
  std::copy(sums.begin() + 1, sums.end(), hits_.begin());
}

}  // namespace itpn
