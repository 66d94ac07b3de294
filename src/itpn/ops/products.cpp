#include "itpn/ops/products.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

namespace itpn::ops {
namespace {

// oneDNN's fp32 linear layer, which beats the BLAS behind at::mm by a tenth on AMD; absent from some builds. It is an
// operator for compiled graphs without a C++ header, hence the call by name.
const std::optional<c10::OperatorHandle>& onednn_linear() {
  static const auto handle = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  return handle;
}

bool has_onednn_linear(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && at::globalContext().userEnabledMkldnn() &&
         onednn_linear().has_value();
}

// x (M, K), weight (N, K), which may be a transposed view
at::Tensor call_onednn_linear(const at::Tensor& x, const at::Tensor& weight) {
  torch::jit::Stack stack;
  torch::jit::push(stack, x, weight, c10::IValue(), std::string("none"),
                   c10::impl::toList(c10::List<std::optional<at::Scalar>>()), c10::IValue());
  onednn_linear()->callBoxed(&stack);
  return torch::jit::pop(stack).toTensor();
}

}  // namespace

at::Tensor forward_product(const at::Tensor& x, const at::Tensor& weight) {
  return has_onednn_linear(x) ? call_onednn_linear(x, weight) : at::mm(x, weight.t());
}

at::Tensor input_gradient(const at::Tensor& gradient, const at::Tensor& weight) {
  return has_onednn_linear(gradient) ? call_onednn_linear(gradient, weight.t()) : at::mm(gradient, weight);
}

at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x) { return at::mm(gradient.t(), x); }

}  // namespace itpn::ops
