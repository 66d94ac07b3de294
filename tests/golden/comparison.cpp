#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

// Largest absolute difference; NaN where one side is not a number counts as infinite.
double gap(const at::Tensor& found, const at::Tensor& expected) {
  if (expected.numel() == 0) return 0.0;
  const double value = (found.detach().to(torch::kFloat64) - expected.to(torch::kFloat64)).abs().max().item<double>();
  return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
}

}  // namespace

void Comparison::deviation(const std::string& name, double value, double limit) {
  ++compared_;
  const double inf = std::numeric_limits<double>::infinity();
  const double share = limit > 0 ? value / limit : (value == 0 ? 0.0 : inf);
  if (std::isnan(share) || share > worst_share_) {
    worst_share_ = std::isnan(share) ? inf : share;
    worst_value_ = value;
    worst_name_ = name;
  }
}

bool Comparison::same_shape(const std::string& name, const at::Tensor& found, const at::Tensor& expected) {
  const bool same = found.defined() && found.sizes() == expected.sizes();
  if (!same) deviation(name + " (shape)", std::numeric_limits<double>::infinity(), 1.0);
  return same;
}

double largest_entry(const at::Tensor& tensor) {
  return tensor.numel() == 0 ? 0.0 : tensor.to(torch::kFloat64).abs().max().item<double>();
}

void Comparison::scaled(const std::string& name, const at::Tensor& found, const at::Tensor& expected, double limit,
                        double smallest_scale) {
  if (!same_shape(name, found, expected)) return;
  deviation(name, gap(found, expected) / std::max(largest_entry(expected), smallest_scale), limit);
}

void Comparison::exact(const std::string& name, const at::Tensor& found, const at::Tensor& expected) {
  if (same_shape(name, found, expected)) deviation(name, gap(found, expected), 0.0);
}

void Comparison::absolute(const std::string& name, const at::Tensor& found, const at::Tensor& expected, double limit) {
  if (same_shape(name, found, expected)) deviation(name, gap(found, expected), limit);
}

void Comparison::relative(const std::string& name, double found, double expected, double limit) {
  const double difference = std::abs(found - expected);
  deviation(name, expected == 0.0 ? difference : difference / std::abs(expected), limit);
}

}  // namespace itpn::golden
