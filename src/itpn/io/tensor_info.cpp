#include "itpn/io/tensor_info.h"

#include <algorithm>
#include <array>

namespace itpn {
namespace {

struct DTypeRow {
  DType dtype;
  const char* name;
  int64_t size;
};

constexpr std::array<DTypeRow, 16> kDTypes{{{DType::kBool, "BOOL", 1},
                                            {DType::kU8, "U8", 1},
                                            {DType::kI8, "I8", 1},
                                            {DType::kF8E5M2, "F8_E5M2", 1},
                                            {DType::kF8E4M3, "F8_E4M3", 1},
                                            {DType::kF8E8M0, "F8_E8M0", 1},
                                            {DType::kI16, "I16", 2},
                                            {DType::kU16, "U16", 2},
                                            {DType::kF16, "F16", 2},
                                            {DType::kBF16, "BF16", 2},
                                            {DType::kI32, "I32", 4},
                                            {DType::kU32, "U32", 4},
                                            {DType::kF32, "F32", 4},
                                            {DType::kI64, "I64", 8},
                                            {DType::kU64, "U64", 8},
                                            {DType::kF64, "F64", 8}}};

const DTypeRow& row_of(DType dtype) { return kDTypes.at(static_cast<size_t>(dtype)); }

}  // namespace

const char* dtype_name(DType dtype) { return row_of(dtype).name; }

std::optional<DType> dtype_of_name(std::string_view name) {
  const auto* row = std::find_if(kDTypes.begin(), kDTypes.end(), [&](const auto& r) { return name == r.name; });
  if (row == kDTypes.end()) return std::nullopt;
  return row->dtype;
}

int64_t dtype_size(DType dtype) { return row_of(dtype).size; }

bool is_floating(DType dtype) {
  const std::string_view name = dtype_name(dtype);
  return name.starts_with('F') || name.starts_with("BF");
}

std::optional<uint64_t> tensor_bytes(DType dtype, const std::vector<int64_t>& shape) {
  int64_t total = dtype_size(dtype);
  for (const int64_t side : shape) {
    if (side < 0 || __builtin_mul_overflow(total, side, &total)) return std::nullopt;
  }
  return static_cast<uint64_t>(total);
}

}  // namespace itpn
