#include "itpn/optim/ema.h"

#include <torch/torch.h>

#include "itpn/optim/stretches.h"
#include "itpn/optim/tensor_lists.h"
#include "itpn/optim/update_kernels.h"

namespace itpn {
namespace {

bool has_fast_loop(const EmaEntry& entry) {
  return is_plain_cpu(entry.value, at::kFloat) && is_plain_cpu(entry.average, at::kFloat) &&
         (!entry.rounded.defined() || is_plain_cpu(entry.rounded, at::kBFloat16));
}

void update_by_tensor_operations(const std::vector<EmaEntry>& entries, double decay) {
  std::vector<at::Tensor> averages, values;
  RoundedCopies rounded;
  for (const EmaEntry& entry : entries) {
    if (!entry.average.is_floating_point()) {
      at::Tensor(entry.average).copy_(entry.value);
      continue;
    }
    averages.push_back(entry.average);
    values.push_back(entry.value);
    if (entry.rounded.defined()) rounded.add(entry.rounded, entry.average);
  }
  if (averages.empty()) return;
  at::_foreach_mul_(averages, decay);
  at::_foreach_add_(averages, values, 1.0 - decay);
  rounded.write();
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
  std::vector<EmaEntry> others;
  for (const auto& entry : entries) {
    TORCH_CHECK(entry.value.sizes() == entry.average.sizes(), "a moving average of shape ", entry.average.sizes(),
                " cannot follow a tensor of shape ", entry.value.sizes());
    const bool is_fast = has_fast_loop(entry);
    sizes.push_back(is_fast ? entry.value.numel() : 0);
    if (!is_fast) others.push_back(entry);
  }
  update_by_tensor_operations(others, decay);
  for_each_stretch(cut_into_stretches(sizes),
                   [&](size_t, const Stretch& s) { update_stretch(entries[s.tensor], s, static_cast<float>(decay)); });
}

}  // namespace itpn
