#include "itpn/engine/tensor_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <array>
#include <set>

namespace itpn {
namespace {

struct TypePair {
  torch::ScalarType torch_type;
  DType file_type;
};

constexpr std::array<TypePair, 16> kTypes = {{{torch::kFloat32, DType::kF32},
                                              {torch::kFloat64, DType::kF64},
                                              {torch::kBFloat16, DType::kBF16},
                                              {torch::kFloat16, DType::kF16},
                                              {torch::ScalarType::Float8_e5m2, DType::kF8E5M2},
                                              {torch::ScalarType::Float8_e4m3fn, DType::kF8E4M3},
                                              {torch::ScalarType::Float8_e8m0fnu, DType::kF8E8M0},
                                              {torch::kInt64, DType::kI64},
                                              {torch::kInt32, DType::kI32},
                                              {torch::kInt16, DType::kI16},
                                              {torch::kInt8, DType::kI8},
                                              {torch::kUInt64, DType::kU64},
                                              {torch::kUInt32, DType::kU32},
                                              {torch::kUInt16, DType::kU16},
                                              {torch::kUInt8, DType::kU8},
                                              {torch::kBool, DType::kBool}}};

std::span<std::byte> bytes_of(const torch::Tensor& contiguous) {
  return {static_cast<std::byte*>(contiguous.data_ptr()), contiguous.nbytes()};
}

}  // namespace

DType file_type(torch::ScalarType type) {
  for (const TypePair& pair : kTypes) {
    if (pair.torch_type == type) return pair.file_type;
  }
  TORCH_CHECK(false, "no weights file has the type ", type);
}

torch::ScalarType torch_type(DType type) {
  for (const TypePair& pair : kTypes) {
    if (pair.file_type == type) return pair.torch_type;
  }
  TORCH_CHECK(false, "torch has no type ", dtype_name(type));
}

NamedTensors copy_to_host(const NamedTensors& tensors) {
  const torch::NoGradGuard no_grad;
  NamedTensors copies;
  copies.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) {
    torch::Tensor copy = torch::empty(tensor.sizes(), tensor.options().device(torch::kCPU).requires_grad(false));
    copy.copy_(tensor);
    copies.emplace_back(name, copy);
  }
  return copies;
}

std::vector<TensorBytes> as_tensor_bytes(const NamedTensors& host_tensors) {
  std::vector<TensorBytes> result;
  result.reserve(host_tensors.size());
  for (const auto& [name, tensor] : host_tensors) {
    TORCH_CHECK(tensor.device().is_cpu() && tensor.is_contiguous(), name, " must be a contiguous tensor on the CPU");
    result.push_back({name, file_type(tensor.scalar_type()), tensor.sizes().vec(), bytes_of(tensor)});
  }
  return result;
}

std::vector<std::string> list_mismatches(const NamedTensors& wanted, const SafetensorsFile& file) {
  std::vector<std::string> found;
  std::set<std::string_view> names;
  for (const auto& [name, tensor] : wanted) {
    names.insert(name);
    const TensorInfo* info = file.find(name);
    if (info == nullptr) {
      found.push_back(fmt::format("{}: missing in the file", name));
    } else if (info->shape != tensor.sizes().vec()) {
      found.push_back(fmt::format("{}: wanted shape {}, the file has {}", name, tensor.sizes().vec(), info->shape));
    } else if (info->dtype != file_type(tensor.scalar_type())) {
      found.push_back(fmt::format("{}: wanted {}, the file has {}", name, dtype_name(file_type(tensor.scalar_type())),
                                  dtype_name(info->dtype)));
    }
  }
  for (const TensorInfo& info : file.tensors()) {
    if (!names.contains(info.name)) found.push_back(info.name + kOnlyInFile);
  }
  return found;
}

void read_tensors(SafetensorsFile& file, const NamedTensors& into, const TensorCheck& check) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : into) {
    const TensorInfo* info = file.find(name);
    TORCH_CHECK(info != nullptr, name, " is not in ", file.path());
    torch::Tensor host = torch::empty(tensor.sizes(), tensor.options().device(torch::kCPU).requires_grad(false));
    file.read(*info, bytes_of(host));
    if (check) check(*info, bytes_of(host));
    torch::Tensor target = tensor;
    target.copy_(host);
  }
}

}  // namespace itpn
