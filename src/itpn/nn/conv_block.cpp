#include "itpn/nn/conv_block.h"

#include <torch/torch.h>

namespace itpn {
namespace {

torch::Tensor in_dtype_of(const torch::Tensor& tensor, const torch::Tensor& weight) {
  return tensor.defined() ? tensor.to(weight.scalar_type()) : tensor;
}

}  // namespace

ConvImpl::ConvImpl(const ConvConfig& cfg) : config(cfg) {
  weight = register_parameter("weight", torch::zeros({cfg.out, cfg.in, cfg.kernel, cfg.kernel}));
  if (cfg.bias) bias = register_parameter("bias", torch::zeros({cfg.out}));
}

torch::Tensor ConvImpl::forward(const torch::Tensor& x) {
  const int64_t padding = config.kernel / 2;
  return at::conv2d(in_dtype_of(x, weight), weight, in_dtype_of(bias, weight), /*stride=*/1, padding)
      .to(torch::kFloat32);
}

UpConvImpl::UpConvImpl(int64_t in, int64_t out) {
  weight = register_parameter("weight", torch::zeros({in, out, 2, 2}));
  bias = register_parameter("bias", torch::zeros({out}));
}

torch::Tensor UpConvImpl::forward(const torch::Tensor& x) {
  return at::conv_transpose2d(in_dtype_of(x, weight), weight, in_dtype_of(bias, weight), /*stride=*/2)
      .to(torch::kFloat32);
}

ConvBlockImpl::ConvBlockImpl(const ConvBlockConfig& cfg) {
  conv = register_module("conv", Conv(ConvConfig{cfg.in, cfg.out, 3, !cfg.is_normed}));
  if (cfg.is_normed) bn = register_module("bn", SyncBatchNorm(SyncBatchNormConfig{cfg.out}));
}

torch::Tensor ConvBlockImpl::forward(const torch::Tensor& x) {
  const torch::Tensor y = conv(x);
  return torch::relu(bn ? bn(y) : y);
}

}  // namespace itpn
