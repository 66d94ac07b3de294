// The three matrix products of a linear layer, each by the fastest routine that LibTorch has for the device and dtype.
// Axes: M row (token), K input channel, N output channel. No autograd: the fused operations differentiate themselves.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// x (M, K), weight (N, K) -> x weight^T (M, N)
at::Tensor forward_product(const at::Tensor& x, const at::Tensor& weight);
// gradient (M, N), weight (N, K) -> gradient of x (M, K)
at::Tensor input_gradient(const at::Tensor& gradient, const at::Tensor& weight);
// gradient (M, N), x (M, K) -> gradient of the weight (N, K)
at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x);

}  // namespace itpn::ops
