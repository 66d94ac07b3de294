#include "itpn/optim/stretches.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace itpn {
namespace {

// Entries of a stretch: its fp32 master, gradient and moments fit the second-level cache of a core.
constexpr int64_t kStretch = 32768;

}  // namespace

std::vector<Stretch> cut_into_stretches(const std::vector<int64_t>& sizes) {
  std::vector<Stretch> stretches;
  for (size_t i = 0; i < sizes.size(); ++i) {
    for (int64_t begin = 0; begin < sizes[i]; begin += kStretch) {
      stretches.push_back({i, begin, std::min(kStretch, sizes[i] - begin)});
    }
  }
  return stretches;
}

void for_each_stretch(const std::vector<Stretch>& stretches, const std::function<void(size_t, const Stretch&)>& body) {
  at::parallel_for(0, static_cast<int64_t>(stretches.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(static_cast<size_t>(i), stretches[static_cast<size_t>(i)]);
  });
}

bool is_plain_cpu(const at::Tensor& tensor, at::ScalarType dtype) {
  return tensor.defined() && tensor.device().is_cpu() && tensor.scalar_type() == dtype && tensor.is_contiguous();
}

}  // namespace itpn
