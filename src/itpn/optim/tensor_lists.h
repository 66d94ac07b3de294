// Operations on all parameters at once. On a GPU a list of tensors of one type costs a few kernels, where an operation
// for each of some hundred parameters would cost as many.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace itpn {

// The tensors of each type in a list of their own, in the order in which types first come.
std::vector<std::vector<at::Tensor>> by_type(const std::vector<at::Tensor>& tensors);

// Copies in fp32, in the same order.
std::vector<at::Tensor> in_single_precision(const std::vector<at::Tensor>& tensors);

// Short floats that follow fp32 values.
class RoundedCopies {
 public:
  // Nothing where `copy` is `exact` itself, in fp32.
  void add(const at::Tensor& copy, const at::Tensor& exact);
  // Rounds every value into its copy.
  void write() const;

 private:
  std::vector<at::Tensor> copies_, exact_;
};

}  // namespace itpn
