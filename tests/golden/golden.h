// Comparison of the library with a folder of reference values: NAME.json describes NAME.safetensors. A check is chosen
// by the longest known prefix of the name; sizes and cases come from the files, never from the check.
//
// To add a kind: write check_TOPIC.cpp with a function and one line `const bool kAdded = add_kind("prefix", check);`.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace itpn::golden {

// One example: its description and its tensors by name ("in/images", "weights/...").
struct Fixture {
  std::string name;
  std::string folder;
  nlohmann::json about;
  std::map<std::string, at::Tensor> tensors;

  bool has(const std::string& tensor) const { return tensors.contains(tensor); }
  // Throws std::runtime_error that names what is missing.
  const at::Tensor& at(const std::string& tensor) const;
  // Tensors below a prefix, which ends in '/', by the rest of their names.
  std::map<std::string, at::Tensor> below(const std::string& prefix) const;
};

// Reads NAME.json and, where it exists, NAME.safetensors.
Fixture load_fixture(const std::string& folder, const std::string& name);

// Tolerances of the reference values (README.md beside them).
inline constexpr double kOutputs = 1e-5;    // of the largest reference entry
inline constexpr double kGradients = 5e-5;  // the same
inline constexpr double kRelative = 1e-6;   // of each entry, of a weight after steps of an optimiser or its average

// Largest absolute entry, 0 for an empty tensor.
double largest_entry(const at::Tensor& tensor);

// Collects deviations; the worst is the one that comes nearest to its own limit, or is farthest above it.
class Comparison {
 public:
  // Largest absolute difference over the largest absolute reference entry, or over `smallest_scale` where that is more.
  void scaled(const std::string& name, const at::Tensor& found, const at::Tensor& expected, double limit = kOutputs,
              double smallest_scale = 1e-30);
  // Equal shapes and entries.
  void exact(const std::string& name, const at::Tensor& found, const at::Tensor& expected);
  // Largest absolute difference.
  void absolute(const std::string& name, const at::Tensor& found, const at::Tensor& expected, double limit);
  // |found - expected| / |expected|, entry by entry.
  void relative(const std::string& name, double found, double expected, double limit);
  // A deviation that the check measured itself.
  void deviation(const std::string& name, double value, double limit);
  // Something that is right or wrong.
  void holds(const std::string& name, bool right) { deviation(name, right ? 0.0 : 1.0, 0.0); }

  bool passed() const { return compared_ > 0 && worst_share_ <= 1.0; }
  double worst() const { return worst_value_; }
  const std::string& worst_name() const { return worst_name_; }
  int compared() const { return compared_; }

 private:
  bool same_shape(const std::string& name, const at::Tensor& found, const at::Tensor& expected);

  int compared_ = 0;
  double worst_share_ = -1.0;  // deviation over its limit
  double worst_value_ = 0.0;
  std::string worst_name_ = "-";
};

using Check = void (*)(const Fixture&, Comparison&);

// Registers a kind; `check` null means that a later version will know it. Returns true.
bool add_kind(const std::string& prefix, Check check);

// The check of the longest known prefix (whole words between underscores), or null where there is none.
Check find_check(const std::string& name);

// Archives of weights (.pth, .pt) are compared with a fixture of another name.
struct ArchiveKind {
  std::string fixture;  // that describes them
  void (*check)(const Fixture&, const std::string& archive, Comparison&) = nullptr;
};

bool add_archive_kind(const std::string& prefix, const ArchiveKind& kind);

// The kind of the longest known prefix of a file name; `check` null where there is none.
ArchiveKind find_archive_kind(const std::string& file_name);

}  // namespace itpn::golden
