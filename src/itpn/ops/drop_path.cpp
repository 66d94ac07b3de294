#include "itpn/ops/drop_path.h"

#include <torch/torch.h>

namespace itpn::ops {
namespace {

// 1 where a sample is kept, else 0.
at::Tensor is_kept(double rate, const at::Tensor& uniform) {
  TORCH_CHECK(rate >= 0 && rate < 1, "the drop path rate is in [0, 1), got ", rate);
  return (uniform + (1 - rate)).floor();
}

}  // namespace

at::Tensor drop_path(const at::Tensor& x, double rate, const at::Tensor& uniform) {
  TORCH_CHECK(uniform.numel() == x.size(0), "drop_path wants one number for each of ", x.size(0), " samples, got ",
              uniform.sizes());
  std::vector<int64_t> shape(x.dim(), 1);
  shape[0] = x.size(0);
  const at::Tensor factor = is_kept(rate, uniform).div(1 - rate).reshape(shape);  // 0 or 1 / keep
  return x * factor.to(x.scalar_type());
}

KeptSamples kept_samples(double rate, const at::Tensor& uniform) {
  const at::Tensor kept = is_kept(rate, uniform).nonzero().flatten().to(at::kCPU);
  const int64_t* first = kept.const_data_ptr<int64_t>();
  return {{first, first + kept.numel()}, 1 / (1 - rate)};
}

std::vector<double> drop_path_rates(double rate, int64_t count) {
  const at::Tensor steps = torch::linspace(0.0, rate, count, torch::kFloat32).to(torch::kFloat64);
  return {steps.data_ptr<double>(), steps.data_ptr<double>() + count};
}

}  // namespace itpn::ops
