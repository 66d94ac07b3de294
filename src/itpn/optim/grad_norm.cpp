#include "itpn/optim/grad_norm.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "itpn/optim/stretches.h"
#include "itpn/optim/tensor_lists.h"
#include "itpn/optim/update_kernels.h"

namespace itpn {
namespace {

using Tensors = std::vector<at::Tensor>;

bool has_fast_norm(const at::Tensor& t) { return is_plain_cpu(t, at::kFloat) || is_plain_cpu(t, at::kBFloat16); }

double sum_of_squares(const at::Tensor& gradient, const Stretch& stretch) {
  const auto& kernels = update_kernels();
  if (gradient.scalar_type() == at::kFloat) {
    return kernels.sum_of_squares_f32(gradient.const_data_ptr<float>() + stretch.begin, stretch.count);
  }
  const auto* values = static_cast<const uint16_t*>(gradient.const_data_ptr());
  return kernels.sum_of_squares_bf16(values + stretch.begin, stretch.count);
}

at::Tensor cpu_norm(const Tensors& gradients) {
  std::vector<int64_t> sizes;
  for (const auto& gradient : gradients) sizes.push_back(gradient.numel());
  const auto stretches = cut_into_stretches(sizes);
  std::vector<double> sums(stretches.size());
  for_each_stretch(stretches, [&](size_t i, const Stretch& s) { sums[i] = sum_of_squares(gradients[s.tensor], s); });
  return torch::tensor(static_cast<float>(std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0))));
}

at::Tensor any_device_norm(const Tensors& gradients) {
  Tensors norms;
  for (const Tensors& list : by_type(gradients)) {
    for (const at::Tensor& norm : at::_foreach_norm(list, 2.0, at::kFloat)) norms.push_back(norm);
  }
  return torch::linalg_vector_norm(torch::stack(norms), 2.0);
}

}  // namespace

at::Tensor grad_norm(const Tensors& gradients) {
  const torch::NoGradGuard no_grad;
  Tensors present;
  for (const auto& gradient : gradients) {
    if (gradient.defined()) present.push_back(gradient);
  }
  const bool fast = std::all_of(present.begin(), present.end(), has_fast_norm);
  return fast ? cpu_norm(present) : any_device_norm(present);
}

double clip_factor(double norm, double max_norm) {
  return max_norm > 0.0 ? std::min(1.0, max_norm / (norm + 1e-6)) : 1.0;
}

}  // namespace itpn
