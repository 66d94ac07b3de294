// From tensors to the raw memory that the kernels work on.
#pragma once

#include <ATen/core/Tensor.h>

#include "itpn/ops/cpu/kernels.h"

namespace itpn::cpu {

// T = float, or uint16_t for a bf16 tensor
template <class T>
T* raw(const at::Tensor& tensor) {
  if constexpr (std::is_const_v<T>) {
    return static_cast<T*>(tensor.const_data_ptr());
  } else {
    return static_cast<T*>(tensor.mutable_data_ptr());
  }
}

// Start of row `row` of a contiguous matrix.
template <class T>
T* rows_of(const at::Tensor& tensor, int64_t row) {
  return raw<T>(tensor) + row * tensor.size(1);
}

// body(float{}) or body(uint16_t{}) for fp32 or bf16.
template <class Body>
void visit_dtype(at::ScalarType dtype, Body body) {
  TORCH_CHECK(dtype == at::kFloat || dtype == at::kBFloat16, "the CPU kernels know fp32 and bf16, not ", dtype);
  if (dtype == at::kFloat) {
    body(float{});
  } else {
    body(uint16_t{});
  }
}

template <class T>
const RowKernels<T>& row_kernels() {
  if constexpr (std::is_same_v<T, float>) {
    return kernels()->rows_f32;
  } else {
    return kernels()->rows_bf16;
  }
}

template <class T>
const AttentionKernels<T>& attention_kernels() {
  if constexpr (std::is_same_v<T, float>) {
    return kernels()->attention_f32;
  } else {
    return kernels()->attention_bf16;
  }
}

}  // namespace itpn::cpu
