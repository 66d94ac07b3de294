#include "tests/golden/comparison.h"

#include <torch/torch.h>

#include <cmath>
#include <limits>

namespace itpn::golden {
namespace {

// In double precision on the CPU, wherever it was.
at::Tensor as_double(const at::Tensor& tensor) { return tensor.detach().cpu().to(torch::kFloat64); }

// Largest absolute difference; NaN where one side is not a number counts as infinite.
double gap(const at::Tensor& found, const at::Tensor& expected) {
  if (expected.numel() == 0) return 0.0;
  const double value = (as_double(found) - as_double(expected)).abs().max().item<double>();
  return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
}

}  // namespace

Tolerances tolerances_of(at::ScalarType dtype) {
  switch (dtype) {
    case torch::kFloat32:
      return {};
    case torch::kBFloat16:
      return {.outputs = 0.05, .gradients = 0.2, .noise = 1e-3};
    case torch::kFloat16:
      return {.outputs = 0.01, .gradients = 0.05, .noise = 1e-4};
    default:
      TORCH_CHECK(false, "no tolerance for ", dtype);
  }
}

void Comparison::deviation(const std::string& name, double value, double limit) {
  ++compared_;
  names_.insert(name);
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
  return tensor.numel() == 0 ? 0.0 : as_double(tensor).abs().max().item<double>();
}

void Comparison::scaled(const std::string& name, const at::Tensor& found, const at::Tensor& expected, double limit,
                        double smallest_scale) {
  if (!same_shape(name, found, expected)) return;
  deviation(name, gap(found, expected) / std::max(largest_entry(expected), smallest_scale), limit);
}

void Comparison::cancelling(const std::string& name, const at::Tensor& found, const at::Tensor& expected,
                            const at::Tensor& size_of_terms) {
  scaled(name, found, expected, tolerances_.outputs, largest_entry(size_of_terms));
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
