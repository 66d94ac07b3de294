// The three matrix products of a linear layer, each by the fastest routine that LibTorch has for the device and dtype.
// Axes: M row (token), K input channel, N output channel. No autograd: the fused operations differentiate themselves.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// x (M, K), weight (N, K), bias (N) or undefined -> x weight^T + bias (M, N)
at::Tensor forward_product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});
// gradient (M, N), weight (N, K) -> gradient of x (M, K)
at::Tensor input_gradient(const at::Tensor& gradient, const at::Tensor& weight);
// gradient (M, N), x (M, K) -> gradient of the weight (N, K)
at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x);

// Whether these products leave those of LibTorch's own linear layer behind: oneDNN is there for `x`, which
// is not empty, and the BLAS is slow.
bool outrun_blas(const at::Tensor& x);
// Whether the BLAS behind at::mm leaves AVX-512 unused: MKL does on processors that are not Intel's, and reaches less
// than half of oneDNN's rate there.
bool has_slow_blas();
// Whether this build of LibTorch has oneDNN's products, and nobody has switched them off.
bool has_onednn_products();
// weight_gradient() by oneDNN, fp32 on the CPU, M > 0: what it does where the BLAS is slow.
at::Tensor onednn_weight_gradient(const at::Tensor& gradient, const at::Tensor& x);

}  // namespace itpn::ops
