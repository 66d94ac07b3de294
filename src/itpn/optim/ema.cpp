#include "itpn/optim/ema.h"

#include <torch/torch.h>

#include "itpn/optim/stretches.h"
#include "itpn/optim/update_kernels.h"

namespace itpn {
namespace {

bool has_fast_loop(const EmaEntry& entry) {
  return is_plain_cpu(entry.value, at::kFloat) && is_plain_cpu(entry.average, at::kFloat) &&
         (!entry.rounded.defined() || is_plain_cpu(entry.rounded, at::kBFloat16));
}

void update_by_tensor_operations(const EmaEntry& entry, double decay) {
  at::Tensor average = entry.average;
  if (average.is_floating_point()) {
    average.mul_(decay).add_(entry.value, 1.0 - decay);
  } else {
    average.copy_(entry.value);
  }
  if (entry.rounded.defined()) at::Tensor(entry.rounded).copy_(average);
}

void update_stretch(const EmaEntry& entry, const Stretch& s, float decay) {
  uint16_t* rounded = entry.rounded.defined() ? static_cast<uint16_t*>(entry.rounded.data_ptr()) + s.begin : nullptr;
  update_kernels().ema(
      {entry.value.const_data_ptr<float>() + s.begin, entry.average.data_ptr<float>() + s.begin, rounded, s.count},
      decay);
}

}  // namespace

void update_ema(const std::vector<EmaEntry>& entries, double decay) {
  const torch::NoGradGuard no_grad;
  std::vector<int64_t> sizes;  // 0 for what the raw loop cannot do
  for (const auto& entry : entries) {
    TORCH_CHECK(entry.value.sizes() == entry.average.sizes(), "a moving average of shape ", entry.average.sizes(),
                " cannot follow a tensor of shape ", entry.value.sizes());
    const bool is_fast = has_fast_loop(entry);
    sizes.push_back(is_fast ? entry.value.numel() : 0);
    if (!is_fast) update_by_tensor_operations(entry, decay);
  }
  for_each_stretch(cut_into_stretches(sizes),
                   [&](size_t, const Stretch& s) { update_stretch(entries[s.tensor], s, static_cast<float>(decay)); });
}

}  // namespace itpn
