#include "itpn/engine/optimizer_shards.h"

#include <torch/torch.h>

#include <algorithm>
#include <numeric>

namespace itpn {

OptimizerShards::OptimizerShards(const MasterWeights& weights, const std::vector<ParamGroup>& groups,
                                 const OptimizerConfig& config, const Optimizer& whole, ProcessGroup& group)
    : group_(group) {
  for (const std::string& name : whole.names()) weights_.push_back(weights.at(name));
  share_out(whole.names());
  std::map<std::string, int64_t> owner_of;
  for (size_t i = 0; i < weights_.size(); ++i) owner_of[weights_[i].name] = owners_[i];
  std::vector<ParamGroup> own_groups = groups;
  for (ParamGroup& part : own_groups) {
    std::erase_if(part.names, [&](const std::string& name) { return owner_of.at(name) != group_.rank(); });
  }
  own_ = make_optimizer(weights, own_groups, config);
  std::map<std::string, at::Tensor> own_state;
  for (const auto& [key, tensor] : whole.state()) {
    const size_t slash = key.find('/');
    const int64_t owner = slash == std::string::npos ? -1 : owner_of.at(key.substr(slash + 1));
    entries_.push_back({key, torch::empty_like(tensor, torch::kMeta), owner});
    if (owner == -1 || owner == group_.rank()) own_state[key] = tensor;
  }
  own_->load_state(own_state);
}

// The largest first, each to the process with the least so far; the same everywhere.
void OptimizerShards::share_out(const std::vector<std::string>& names) {
  std::vector<size_t> order(names.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return weights_[a].master.numel() > weights_[b].master.numel(); });
  std::vector<int64_t> loads(static_cast<size_t>(group_.size()));
  owners_.resize(names.size());
  for (const size_t i : order) {
    const auto least = std::min_element(loads.begin(), loads.end());
    owners_[i] = least - loads.begin();
    *least += weights_[i].master.numel();
  }
}

void OptimizerShards::step(const std::vector<torch::Tensor>& gradients, const UpdateStep& step) {
  std::vector<torch::Tensor> own;
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (owners_[i] == group_.rank()) own.push_back(gradients[i]);
  }
  own_->step(own, step);
  exchange();
}

void OptimizerShards::exchange() {
  const torch::NoGradGuard no_grad;
  for (int64_t owner = 0; owner < group_.size(); ++owner) {
    std::vector<torch::Tensor> masters;
    std::vector<const MasterWeight*> weights;
    for (size_t i = 0; i < weights_.size(); ++i) {
      if (owners_[i] != owner) continue;
      weights.push_back(&weights_[i]);
      masters.push_back(weights_[i].master.view({-1}));
    }
    if (masters.empty()) continue;
    const torch::Tensor flat = torch::cat(masters);
    group_.broadcast({flat}, owner);
    if (owner == group_.rank()) continue;
    int64_t begin = 0;
    for (const MasterWeight* weight : weights) {
      const torch::Tensor value = flat.narrow(0, begin, weight->master.numel()).view(weight->master.sizes());
      torch::Tensor(weight->master).copy_(value);
      if (weight->is_rounded()) torch::Tensor(weight->parameter).copy_(value);
      begin += weight->master.numel();
    }
  }
}

NamedTensors OptimizerShards::gather() {
  const torch::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> own;
  for (const auto& [key, tensor] : own_->state()) own[key] = tensor;
  NamedTensors state;
  for (const Entry& entry : entries_) {
    if (entry.owner == -1) {
      state.emplace_back(entry.key, own.at(entry.key));
      continue;
    }
    const bool is_own = entry.owner == group_.rank();
    const torch::Tensor tensor =
        is_own ? own.at(entry.key) : torch::empty_like(entry.like, weights_.front().master.device());
    group_.broadcast({tensor}, entry.owner);
    if (group_.is_first()) state.emplace_back(entry.key, tensor);
  }
  return state;
}

int64_t OptimizerShards::bytes() const {
  int64_t bytes = 0;
  for (const auto& [key, tensor] : own_->state()) bytes += static_cast<int64_t>(tensor.nbytes());
  return bytes;
}

}  // namespace itpn
