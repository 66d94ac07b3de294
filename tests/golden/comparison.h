// How near values come to reference values.
#pragma once

#include <ATen/core/Tensor.h>

#include <set>
#include <string>

namespace itpn::golden {

// Largest allowed deviation, as a share of the largest entry of the reference tensor.
struct Tolerances {
  double outputs = 1e-5;  // README.md beside the reference values, like those for gradients
  double gradients = 5e-5;
  double noise = 1e-6;  // entries up to this share of the largest gradient of all are what rounding leaves of zero
};

// For models whose matrix products run in that type: fp32, or one of the short floats, which round the reference
// values' own products by 2^-9 and 2^-12.
Tolerances tolerances_of(at::ScalarType dtype);

inline constexpr double kRelative = 1e-6;  // of each entry, of a weight after steps of an optimiser or its average

// Largest absolute entry, 0 for an empty tensor.
double largest_entry(const at::Tensor& tensor);

// Collects deviations; the worst is the one that comes nearest to its own limit, or is farthest above it. Tensors may
// be on any device.
class Comparison {
 public:
  explicit Comparison(const Tolerances& tolerances = {}) : tolerances_(tolerances) {}
  const Tolerances& tolerances() const { return tolerances_; }

  // Largest absolute difference over the largest absolute reference entry, or over `smallest_scale` where that is more.
  void scaled(const std::string& name, const at::Tensor& found, const at::Tensor& expected, double limit,
              double smallest_scale = 1e-30);
  void scaled(const std::string& name, const at::Tensor& found, const at::Tensor& expected) {
    scaled(name, found, expected, tolerances_.outputs);
  }
  // A scalar whose terms cancel: what rounding leaves of it goes by the size of the terms, the sum of their absolute
  // values, so that is what the difference is measured by.
  void cancelling(const std::string& name, const at::Tensor& found, const at::Tensor& expected,
                  const at::Tensor& size_of_terms);
  // Equal shapes and entries.
  void exact(const std::string& name, const at::Tensor& found, const at::Tensor& expected);
  // Largest absolute difference.
  void absolute(const std::string& name, const at::Tensor& found, const at::Tensor& expected, double limit);
  // |found - expected| / |expected|, entry by entry.
  void relative(const std::string& name, double found, double expected, double limit);
  // A deviation that the check measured itself.
  void deviation(const std::string& name, double value, double limit);
  // A reference value that is met or not.
  void holds(const std::string& name, bool right) { deviation(name, right ? 0.0 : 1.0, 0.0); }
  // Without which nothing can be compared, say that the names of weights agree. No reference value: it fails where it
  // is not so, and counts nothing.
  void require(const std::string& name, bool right) {
    if (!right) holds(name, false);
  }

  // Something was compared, and all of it within its limit.
  bool passed() const { return compared_ > 0 && worst_share_ <= 1.0; }
  double worst() const { return worst_value_; }
  const std::string& worst_name() const { return worst_name_; }
  int compared() const { return compared_; }
  bool has_compared(const std::string& name) const { return names_.contains(name); }

 private:
  bool same_shape(const std::string& name, const at::Tensor& found, const at::Tensor& expected);

  Tolerances tolerances_;
  std::set<std::string> names_;
  int compared_ = 0;
  double worst_share_ = -1.0;  // deviation over its limit
  double worst_value_ = 0.0;
  std::string worst_name_ = "-";
};

}  // namespace itpn::golden
