// What a weights file says about one tensor, in whatever format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace itpn {

enum class DType {
  kBool,
  kU8,
  kI8,
  kF8E5M2,
  kF8E4M3,
  kF8E8M0,
  kI16,
  kU16,
  kF16,
  kBF16,
  kI32,
  kU32,
  kF32,
  kI64,
  kU64,
  kF64,
};

// "F32", "BF16", ... as the safetensors format writes them.
const char* dtype_name(DType dtype);
std::optional<DType> dtype_of_name(std::string_view name);
// Bytes of one element.
int64_t dtype_size(DType dtype);
bool is_floating(DType dtype);

// dtype x shape in bytes, or nothing where 63 bits do not hold it or a side is negative.
std::optional<uint64_t> tensor_bytes(DType dtype, const std::vector<int64_t>& shape);

struct TensorInfo {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  uint64_t offset = 0;  // of the first byte, from the start of the file
  uint64_t bytes = 0;
};

}  // namespace itpn
