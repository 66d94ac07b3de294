// Comparison of the library with a folder of reference values: NAME.json describes NAME.safetensors. A check is chosen
// by the longest known prefix of the name; sizes and cases come from the files, never from the check. What a file holds
// is compared; what it lacks is left out.
//
// To add a kind: write check_TOPIC.cpp with a function and one line
// `const bool kAdded = add_kind("prefix", {check, Runs::kModels});`.
#pragma once

#include <c10/core/Device.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/golden/comparison.h"

namespace itpn::golden {

// On what, and in which arithmetic, the library computes what is compared.
struct Setting {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;  // of the matrix products of whole models
};

// One example: its description and its tensors by name ("in/images", "weights/..."), which lie on setting.device.
struct Fixture {
  std::string name;
  std::string folder;
  nlohmann::json about;
  std::map<std::string, at::Tensor> tensors;
  Setting setting = {};

  bool has(const std::string& tensor) const { return tensors.contains(tensor); }
  // Throws std::runtime_error that names what is missing.
  const at::Tensor& at(const std::string& tensor) const;
  // Tensors below a prefix, which ends in '/', by the rest of their names.
  std::map<std::string, at::Tensor> below(const std::string& prefix) const;
};

// Reads NAME.json and, where it exists, NAME.safetensors.
Fixture load_fixture(const std::string& folder, const std::string& name, const Setting& setting = {});

// What was found against the fixture's tensor of that name, where it holds one: scaled() and exact() of Comparison.
void compare_held(const Fixture& fixture, const std::string& name, const at::Tensor& found, Comparison& comparison);
void compare_held_exactly(const Fixture& fixture, const std::string& name, const at::Tensor& found,
                          Comparison& comparison);

// Results of the fixture (below out, act, grad, after) that the comparison has not met.
std::vector<std::string> left_out(const Fixture& fixture, const Comparison& comparison);

// What a kind computes with.
enum class Runs {
  kOnHost,   // pictures, files, numbers: always on the CPU
  kTensors,  // functions of tensors on the device, in fp32
  kModels,   // whole models on the device, in any precision
};

struct Kind {
  void (*check)(const Fixture&, Comparison&) = nullptr;  // null: a later version will know it
  Runs runs = Runs::kOnHost;
};

// Registers a kind. Returns true.
bool add_kind(const std::string& prefix, const Kind& kind);

// The kind of the longest known prefix (whole words between underscores); its check is null where there is none.
Kind find_kind(const std::string& name);

// Archives of weights (.pth, .pt) are compared with a fixture of another name.
struct ArchiveKind {
  std::string fixture;  // that describes them
  void (*check)(const Fixture&, const std::string& archive, Comparison&) = nullptr;
};

bool add_archive_kind(const std::string& prefix, const ArchiveKind& kind);

// The kind of the longest known prefix of a file name; `check` null where there is none.
ArchiveKind find_archive_kind(const std::string& file_name);

}  // namespace itpn::golden
