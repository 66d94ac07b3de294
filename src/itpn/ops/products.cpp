#include "itpn/ops/products.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

namespace itpn::ops {
namespace {

// oneDNN's fp32 linear layer, which uses all instructions of the processor whoever made it; absent from some builds. It
// is an operator for compiled graphs without a C++ header, hence the call by name.
const std::optional<c10::OperatorHandle>& onednn_linear() {
  static const auto handle = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  return handle;
}

bool has_onednn_linear(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0 && has_onednn_products();
}

// x (M, K), weight (N, K), which may be a transposed view, bias (N) or undefined
at::Tensor call_onednn_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {}) {
  torch::jit::Stack stack;
  torch::jit::push(stack, x, weight, bias.defined() ? c10::IValue(bias) : c10::IValue(), std::string("none"),
                   c10::impl::toList(c10::List<std::optional<at::Scalar>>()), c10::IValue());
  onednn_linear()->callBoxed(&stack);
  return torch::jit::pop(stack).toTensor();
}

}  // namespace

at::Tensor forward_product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return has_onednn_linear(x) ? call_onednn_linear(x, weight, bias) : at::linear(x, weight, bias);
}

at::Tensor input_gradient(const at::Tensor& gradient, const at::Tensor& weight) {
  return has_onednn_linear(gradient) ? call_onednn_linear(gradient, weight.t()) : at::mm(gradient, weight);
}

at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x) {
  if (outrun_blas(x)) return onednn_weight_gradient(gradient, x);
  return at::mm(gradient.t(), x);
}

bool outrun_blas(const at::Tensor& x) { return has_slow_blas() && has_onednn_linear(x); }

bool has_slow_blas() {
#if defined(__x86_64__)
  static const bool is_slow = at::hasMKL() && __builtin_cpu_supports("avx512f") && !__builtin_cpu_is("intel");
  return is_slow;
#else
  return false;
#endif
}

bool has_onednn_products() { return onednn_linear().has_value() && at::globalContext().userEnabledMkldnn(); }

at::Tensor onednn_weight_gradient(const at::Tensor& gradient, const at::Tensor& x) {
  const int64_t rows = x.size(0), inputs = x.size(1), outputs = gradient.size(1);
  // oneDNN wants its first matrix turned round in memory. Taking the narrower one is cheaper, unless the result has
  // then to be turned round and is as large.
  if (rows * outputs <= rows * inputs + outputs * inputs) return call_onednn_linear(gradient.t(), x.t());
  return call_onednn_linear(x.t(), gradient.t()).t().contiguous();
}

}  // namespace itpn::ops
