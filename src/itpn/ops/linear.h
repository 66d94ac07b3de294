// Linear layers and layer norms that follow the dtype of their weights: a model whose matrices are stored in bf16 runs
// its products in bf16 without any cast of weights, while norms and the residual stream stay in fp32.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// x (..., in) times weight (out, in) plus bias (out, or undefined) -> (..., out) in the weight's dtype.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

// What an affine layer norm needs beside its input.
struct LayerNormWeights {
  at::Tensor weight, bias;  // (C), fp32
  double eps = 1e-6;
};

// Normalises the last axis in fp32 and returns the result in `out` dtype.
at::Tensor layer_norm(const at::Tensor& x, const LayerNormWeights& weights, at::ScalarType out);

}  // namespace itpn::ops
