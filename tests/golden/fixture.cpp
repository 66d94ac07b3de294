#include <torch/torch.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "itpn/core/files.h"
#include "itpn/io/safetensors.h"
#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

torch::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return torch::kBool;
    case DType::kU8:
      return torch::kUInt8;
    case DType::kI8:
      return torch::kInt8;
    case DType::kI16:
      return torch::kInt16;
    case DType::kI32:
      return torch::kInt32;
    case DType::kI64:
      return torch::kInt64;
    case DType::kF16:
      return torch::kFloat16;
    case DType::kBF16:
      return torch::kBFloat16;
    case DType::kF32:
      return torch::kFloat32;
    case DType::kF64:
      return torch::kFloat64;
    default:
      throw std::runtime_error(std::string("a fixture with dtype ") + dtype_name(dtype));
  }
}

}  // namespace

const at::Tensor& Fixture::at(const std::string& tensor) const {
  const auto found = tensors.find(tensor);
  if (found == tensors.end()) throw std::runtime_error("the fixture has no tensor " + tensor);
  return found->second;
}

std::map<std::string, at::Tensor> Fixture::below(const std::string& prefix) const {
  std::map<std::string, at::Tensor> found;
  for (auto item = tensors.lower_bound(prefix); item != tensors.end() && item->first.starts_with(prefix); ++item) {
    found.emplace(item->first.substr(prefix.size()), item->second);
  }
  return found;
}

Fixture load_fixture(const std::string& folder, const std::string& name, const Setting& setting) {
  Fixture fixture{name, folder, {}, {}, setting};
  std::ifstream text(folder + "/" + name + ".json");
  fixture.about = nlohmann::json::parse(text);
  const std::string path = folder + "/" + name + ".safetensors";
  if (!std::filesystem::exists(path)) return fixture;
  SafetensorsFile file(posix_fs(), path);
  for (const TensorInfo& info : file.tensors()) {
    torch::Tensor tensor = torch::empty(info.shape, scalar_type(info.dtype));
    file.read(info, {static_cast<std::byte*>(tensor.data_ptr()), info.bytes});
    fixture.tensors.emplace(info.name, tensor.to(setting.device));
  }
  return fixture;
}

void compare_held(const Fixture& fixture, const std::string& name, const at::Tensor& found, Comparison& comparison) {
  if (fixture.has(name)) comparison.scaled(name, found, fixture.at(name));
}

void compare_held_exactly(const Fixture& fixture, const std::string& name, const at::Tensor& found,
                          Comparison& comparison) {
  if (fixture.has(name)) comparison.exact(name, found, fixture.at(name));
}

std::vector<std::string> left_out(const Fixture& fixture, const Comparison& comparison) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : fixture.tensors) {
    const bool is_result =
        name.starts_with("out") || name.starts_with("act/") || name.starts_with("grad") || name.starts_with("after/");
    if (is_result && !comparison.has_compared(name)) names.push_back(name);
  }
  return names;
}

}  // namespace itpn::golden
