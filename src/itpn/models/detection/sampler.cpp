#include "itpn/models/detection/sampler.h"

#include <torch/torch.h>

#include <algorithm>
#include <unordered_set>

#include "itpn/ops/to_device.h"

namespace itpn {
namespace {

// At most `most` of them.
at::Tensor choose(const at::Tensor& candidates, int64_t most, RandomStream& stream) {
  if (candidates.size(0) <= most) return candidates;
  const std::vector<int64_t> places = random_subset(stream, candidates.size(0), most);
  return candidates.index_select(0, ops::to_device(torch::tensor(places, torch::kInt64), candidates.device()));
}

}  // namespace

// Floyd's algorithm: one draw for each chosen number, whatever the total.
std::vector<int64_t> random_subset(RandomStream& stream, int64_t total, int64_t count) {
  std::unordered_set<int64_t> chosen;
  for (int64_t last = total - count; last < total; ++last) {
    if (!chosen.insert(stream.integer(0, last)).second) chosen.insert(last);
  }
  std::vector<int64_t> sorted(chosen.begin(), chosen.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

Sample sample(const at::Tensor& objects, const SamplerConfig& config, RandomStream& stream) {
  const at::NoGradGuard no_grad;
  const auto wanted = static_cast<int64_t>(static_cast<double>(config.count) * config.positive);
  Sample found;
  found.positives = choose((objects > 0).nonzero().flatten(), wanted, stream);
  found.negatives = choose((objects == 0).nonzero().flatten(), config.count - found.positives.size(0), stream);
  return found;
}

std::vector<RandomStream> sampling_streams(const DrawKey& key) {
  std::vector<RandomStream> streams;
  for (const uint64_t position : key.positions) {
    streams.emplace_back(key.seed, Purpose::kRegionSample, key.epoch, position);
  }
  return streams;
}

}  // namespace itpn
