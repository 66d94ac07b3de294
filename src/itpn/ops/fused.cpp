#include "itpn/ops/fused.h"

#include <torch/torch.h>

#include "itpn/ops/cpu/attention_passes.h"
#include "itpn/ops/cpu/row_passes.h"
#include "itpn/ops/products.h"

namespace itpn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// (..., C) -> (M, C)
at::Tensor as_rows(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

// The backward passes below overwrite what the forward pass kept, so that they need no further memory.
void use_once(AutogradContext* ctx) {
  TORCH_CHECK(ctx->saved_data.count("used") == 0, "a fused operation can be differentiated only once");
  ctx->saved_data["used"] = true;
}

struct MlpResidual : torch::autograd::Function<MlpResidual> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                            const at::Tensor& w1, const at::Tensor& b1, const at::Tensor& w2, const at::Tensor& b2,
                            double eps) {
    const at::Tensor rows = as_rows(x);
    const NormedRows normed = norm_rows(rows, {gamma, beta, eps}, w1.scalar_type());
    const at::Tensor z = forward_product(normed.out, w1);  // (M, H), bias not yet added
    const at::Tensor y = add_branch(rows, forward_product(gelu_rows(z, b1), w2), b2);
    ctx->save_for_backward({x, normed.mean, normed.rstd, z, gamma, beta, w1, b1, w2});
    return y.view(x.sizes());
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    use_once(ctx);
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &mean = saved[1], &rstd = saved[2], &z = saved[3], &gamma = saved[4],
                     &beta = saved[5], &w1 = saved[6], &b1 = saved[7], &w2 = saved[8];
    const at::Tensor rows = as_rows(x), dy = as_rows(gradients[0].contiguous());
    const CastRows d_branch = cast_and_sum_rows(dy, w2.scalar_type());
    const at::Tensor dz = input_gradient(d_branch.values, w2);  // gradient of GELU's output, for now
    const at::Tensor d_b1 = gelu_rows_backward(z, dz, b1);      // now dz is what it says, and z GELU's output
    const at::Tensor d_w2 = weight_gradient(d_branch.values, z);
    const NormRowsGradients norm = norm_rows_backward({rows, mean, rstd, gamma, beta, input_gradient(dz, w1), dy});
    const at::Tensor d_w1 = weight_gradient(dz, norm.again);
    return {norm.dx.view(x.sizes()), norm.d_gamma, norm.d_beta, d_w1, d_b1, d_w2, d_branch.sums, {}};
  }
};

struct AttentionResidual : torch::autograd::Function<AttentionResidual> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                            const at::Tensor& w_qkv, const at::Tensor& b_qkv, const at::Tensor& w_proj,
                            const at::Tensor& b_proj, double eps, int64_t heads) {
    const at::Tensor rows = as_rows(x);
    const NormedRows normed = norm_rows(rows, {gamma, beta, eps}, w_qkv.scalar_type());
    const at::Tensor qkv = forward_product(normed.out, w_qkv);  // (M, 3C)
    add_bias_rows(qkv, b_qkv);
    const MixedHeads mixed = mix_heads(qkv, {x.size(0), x.size(1), heads});
    const at::Tensor y = add_branch(rows, forward_product(mixed.out, w_proj), b_proj);
    ctx->save_for_backward({x, normed.mean, normed.rstd, qkv, mixed.out, mixed.log_sum, gamma, beta, w_qkv, w_proj});
    ctx->saved_data["heads"] = heads;
    return y.view(x.sizes());
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &mean = saved[1], &rstd = saved[2], &qkv = saved[3], &out = saved[4],
                     &log_sum = saved[5], &gamma = saved[6], &beta = saved[7], &w_qkv = saved[8], &w_proj = saved[9];
    const AttentionSizes sizes = {x.size(0), x.size(1), ctx->saved_data["heads"].toInt()};
    const at::Tensor rows = as_rows(x), dy = as_rows(gradients[0].contiguous());
    const CastRows d_branch = cast_and_sum_rows(dy, w_proj.scalar_type());
    const at::Tensor d_w_proj = weight_gradient(d_branch.values, out);
    const at::Tensor d_qkv = mix_heads_backward(qkv, {out, log_sum}, input_gradient(d_branch.values, w_proj), sizes);
    const NormRowsGradients norm =
        norm_rows_backward({rows, mean, rstd, gamma, beta, input_gradient(d_qkv, w_qkv), dy});
    const at::Tensor d_w_qkv = weight_gradient(d_qkv, norm.again);
    return {norm.dx.view(x.sizes()), norm.d_gamma, norm.d_beta, d_w_qkv, column_sums(d_qkv), d_w_proj,
            d_branch.sums,           at::Tensor(), at::Tensor()};
  }
};

struct NormLinear : torch::autograd::Function<NormLinear> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                            const at::Tensor& weight, const std::optional<at::Tensor>& bias, double eps) {
    const NormedRows normed = norm_rows(as_rows(x), {gamma, beta, eps}, weight.scalar_type());
    const at::Tensor y = forward_product(normed.out, weight);
    if (bias) add_bias_rows(y, *bias);
    ctx->save_for_backward({x, normed.mean, normed.rstd, gamma, beta, weight});
    ctx->saved_data["has_bias"] = bias.has_value();
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = weight.size(0);
    return y.view(shape);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &mean = saved[1], &rstd = saved[2], &gamma = saved[3], &beta = saved[4],
                     &weight = saved[5];
    const at::Tensor dy = as_rows(gradients[0].contiguous());
    const NormRowsGradients norm =
        norm_rows_backward({as_rows(x), mean, rstd, gamma, beta, input_gradient(dy, weight), {}});
    const bool has_bias = ctx->saved_data["has_bias"].toBool();
    return {norm.dx.view(x.sizes()),
            norm.d_gamma,
            norm.d_beta,
            weight_gradient(dy, norm.again),
            has_bias ? column_sums(dy) : at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

bool can_fuse(const at::Tensor& x, const at::Tensor& weight) { return has_row_kernels(x, weight); }

at::Tensor mlp_residual(const at::Tensor& x, const MlpWeights& w) {
  return MlpResidual::apply(x, w.norm.weight, w.norm.bias, w.fc1_weight, w.fc1_bias, w.fc2_weight, w.fc2_bias,
                            w.norm.eps);
}

at::Tensor attention_residual(const at::Tensor& x, const AttentionWeights& w) {
  TORCH_CHECK(x.dim() == 3, "attention wants (B, L, C), got ", x.sizes());
  return AttentionResidual::apply(x, w.norm.weight, w.norm.bias, w.qkv_weight, w.qkv_bias, w.proj_weight, w.proj_bias,
                                  w.norm.eps, w.heads);
}

at::Tensor norm_linear(const at::Tensor& x, const LayerNormWeights& norm, const at::Tensor& weight,
                       const at::Tensor& bias) {
  const std::optional<at::Tensor> maybe = bias.defined() ? std::optional<at::Tensor>(bias) : std::nullopt;
  return NormLinear::apply(x, norm.weight, norm.bias, weight, maybe, norm.eps);
}

}  // namespace itpn::ops
