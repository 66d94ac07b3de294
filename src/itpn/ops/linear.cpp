#include "itpn/ops/linear.h"

#include <torch/torch.h>

#include <optional>
#include <vector>

#include "itpn/ops/products.h"

namespace itpn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// at::linear by our products.
struct LinearLayer : torch::autograd::Function<LinearLayer> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias) {
    ctx->save_for_backward({x, weight});
    ctx->saved_data["has_bias"] = bias.has_value();
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = weight.size(0);
    return forward_product(x.reshape({-1, x.size(-1)}), weight, bias.value_or(at::Tensor())).view(shape);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const at::Tensor gradient = gradients[0].reshape({-1, weight.size(0)});
    at::Tensor d_x, d_weight, d_bias;
    if (ctx->needs_input_grad(0)) d_x = input_gradient(gradient, weight).view(x.sizes());
    if (ctx->needs_input_grad(1)) d_weight = weight_gradient(gradient, x.reshape({-1, x.size(-1)}));
    if (ctx->saved_data["has_bias"].toBool() && ctx->needs_input_grad(2)) d_bias = gradient.sum(0);
    return {d_x, d_weight, d_bias};
  }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const auto dtype = weight.scalar_type();
  const at::Tensor input = x.to(dtype), shift = bias.defined() ? bias.to(dtype) : bias;
  if (!outrun_blas(input)) return at::linear(input, weight, shift);
  return LinearLayer::apply(input, weight, shift.defined() ? std::optional(shift) : std::nullopt);
}

at::Tensor layer_norm(const at::Tensor& x, const LayerNormWeights& weights, at::ScalarType out) {
  return at::layer_norm(x.to(weights.weight.scalar_type()), {x.size(-1)}, weights.weight, weights.bias, weights.eps)
      .to(out);
}

}  // namespace itpn::ops
