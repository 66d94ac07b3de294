#include "itpn/ops/fused.h"

#include <torch/torch.h>

#include <algorithm>

#include "itpn/ops/cpu/attention_passes.h"
#include "itpn/ops/cpu/row_passes.h"
#include "itpn/ops/products.h"

namespace itpn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using MaybeTensor = std::optional<at::Tensor>;

// (..., C) -> (N, C)
at::Tensor as_rows(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

MaybeTensor maybe(const at::Tensor& tensor) { return tensor.defined() ? MaybeTensor(tensor) : std::nullopt; }

bool want_gradient(std::initializer_list<at::Tensor> inputs) {
  return torch::GradMode::is_enabled() && std::any_of(inputs.begin(), inputs.end(), [](const at::Tensor& input) {
           return input.defined() && input.requires_grad();
         });
}

// The backward passes below overwrite what the forward pass kept, so that they need no further memory.
void use_once(AutogradContext* ctx) {
  TORCH_CHECK(ctx->saved_data.count("used") == 0, "a fused operation can be differentiated only once");
  ctx->saved_data["used"] = true;
}

// Stochastic depth as the passes over rows see it.
struct Selected {
  Selected(const at::Tensor& x, const std::optional<KeptSamples>& kept)
      : rows(kept ? RowSelection(kept->samples, x.numel() / x.size(-1) / x.size(0))
                  : RowSelection(x.numel() / x.size(-1))),
        factor(kept ? kept->factor : 1.0) {}

  RowSelection rows;
  double factor;
};

void save_kept(AutogradContext* ctx, const std::optional<KeptSamples>& kept) {
  if (!kept) return;
  ctx->saved_data["kept"] = kept->samples;
  ctx->saved_data["factor"] = kept->factor;
}

std::optional<KeptSamples> load_kept(AutogradContext* ctx) {
  if (ctx->saved_data.count("kept") == 0) return std::nullopt;
  return KeptSamples{ctx->saved_data["kept"].toIntVector(), ctx->saved_data["factor"].toDouble()};
}

// The last linear layer of a branch: y = x + factor * gamma * (input weight^T + bias).
struct BranchOutput {
  at::Tensor weight, bias, gamma;

  at::Tensor add(const at::Tensor& stream, const Selected& selected, const at::Tensor& input) const {
    return add_branch(stream, selected.rows, forward_product(input, weight), {bias, gamma, selected.factor});
  }
  // Gradient of the layer's input, from that of the branch before gamma (M, C).
  at::Tensor backward(const at::Tensor& d_branch) const {
    return input_gradient(d_branch, gamma.defined() ? scale_rows(weight, gamma) : weight);
  }
  struct Gradients {
    at::Tensor weight, bias, gamma;
  };
  // input (M, K) as it went into the layer.
  Gradients gradients(const CastRows& d_branch, const at::Tensor& input) const {
    const at::Tensor d_weight = weight_gradient(d_branch.values, input);
    if (!gamma.defined()) return {d_weight, d_branch.sums, {}};
    const at::Tensor d_gamma = scale_rows_backward(d_weight, weight, gamma) + d_branch.sums * bias;
    return {d_weight, d_branch.sums * gamma, d_gamma};
  }
};

// What the forward pass of an MLP branch leaves.
struct MlpPass {
  NormedRows normed;
  at::Tensor z;  // (M, H), the first layer's output without its bias; overwritten unless it is kept
  at::Tensor y;  // (N, C)
};

MlpPass run_mlp(const at::Tensor& x, const MlpWeights& w, const BranchScale& scale, bool keeps_z) {
  const at::Tensor stream = as_rows(x);
  const Selected selected(x, scale.kept);
  MlpPass pass;
  pass.normed = norm_rows(stream, selected.rows, {w.norm.weight, w.norm.bias, w.norm.eps}, w.fc1_weight.scalar_type());
  pass.z = forward_product(pass.normed.out, w.fc1_weight);
  const at::Tensor hidden = gelu_rows(pass.z, w.fc1_bias, /*in_place=*/!keeps_z);
  pass.y = BranchOutput{w.fc2_weight, w.fc2_bias, scale.gamma}.add(stream, selected, hidden).view(x.sizes());
  return pass;
}

struct MlpResidual : torch::autograd::Function<MlpResidual> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                            const at::Tensor& w1, const at::Tensor& b1, const at::Tensor& w2, const at::Tensor& b2,
                            const MaybeTensor& layer_scale, double eps, const std::optional<KeptSamples>& kept) {
    const at::Tensor scale = layer_scale.value_or(at::Tensor());
    const MlpPass pass = run_mlp(x, {{gamma, beta, eps}, w1, b1, w2, b2}, {scale, kept}, /*keeps_z=*/true);
    ctx->save_for_backward({x, pass.normed.mean, pass.normed.rstd, pass.z, gamma, beta, w1, b1, w2, b2, scale});
    save_kept(ctx, kept);
    return pass.y;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    use_once(ctx);
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &mean = saved[1], &rstd = saved[2], &z = saved[3], &gamma = saved[4],
                     &beta = saved[5], &w1 = saved[6], &b1 = saved[7];
    const BranchOutput output{saved[8], saved[9], saved[10]};
    const Selected selected(x, load_kept(ctx));
    const at::Tensor dy = as_rows(gradients[0].contiguous());
    const CastRows d_branch = cast_and_sum_rows(dy, selected.rows, selected.factor, w1.scalar_type());
    const at::Tensor dz = output.backward(d_branch.values);  // gradient of GELU's output, for now
    const at::Tensor d_b1 = gelu_rows_backward(z, dz, b1);   // now dz is what it says, and z GELU's output
    const BranchOutput::Gradients last = output.gradients(d_branch, z);
    const NormRowsGradients norm =
        norm_rows_backward({as_rows(x), selected.rows, mean, rstd, gamma, beta, input_gradient(dz, w1), dy});
    const at::Tensor d_w1 = weight_gradient(dz, norm.again);
    return {norm.dx.view(x.sizes()),
            norm.d_gamma,
            norm.d_beta,
            d_w1,
            d_b1,
            last.weight,
            last.bias,
            last.gamma,
            at::Tensor(),
            at::Tensor()};
  }
};

// What the forward pass of an attention branch leaves.
struct AttentionPass {
  NormedRows normed;
  at::Tensor qkv;    // (M, 3C)
  MixedHeads mixed;  // out (M, C)
  at::Tensor y;      // (N, C)
};

AttentionSizes attention_sizes(const at::Tensor& x, const Selected& selected, int64_t heads) {
  return {selected.rows.count() / x.size(1), x.size(1), heads};
}

AttentionPass run_attention(const at::Tensor& x, const AttentionWeights& w, const BranchScale& scale) {
  const at::Tensor stream = as_rows(x);
  const Selected selected(x, scale.kept);
  AttentionPass pass;
  pass.normed = norm_rows(stream, selected.rows, {w.norm.weight, w.norm.bias, w.norm.eps}, w.qkv_weight.scalar_type());
  pass.qkv = forward_product(pass.normed.out, w.qkv_weight);
  add_bias_rows(pass.qkv, w.qkv_bias);
  pass.mixed = mix_heads(pass.qkv, attention_sizes(x, selected, w.heads), {w.bias_table, w.bias_index});
  pass.y = BranchOutput{w.proj_weight, w.proj_bias, scale.gamma}.add(stream, selected, pass.mixed.out).view(x.sizes());
  return pass;
}

struct AttentionResidual : torch::autograd::Function<AttentionResidual> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                            const at::Tensor& w_qkv, const at::Tensor& b_qkv, const at::Tensor& w_proj,
                            const at::Tensor& b_proj, const MaybeTensor& layer_scale, const MaybeTensor& bias_table,
                            const MaybeTensor& bias_index, double eps, int64_t heads,
                            const std::optional<KeptSamples>& kept) {
    const at::Tensor scale = layer_scale.value_or(at::Tensor()), table = bias_table.value_or(at::Tensor()),
                     index = bias_index.value_or(at::Tensor());
    const AttentionPass pass =
        run_attention(x, {{gamma, beta, eps}, w_qkv, b_qkv, w_proj, b_proj, heads, table, index}, {scale, kept});
    ctx->save_for_backward({x, pass.normed.mean, pass.normed.rstd, pass.qkv, pass.mixed.out, pass.mixed.log_sum, gamma,
                            beta, w_qkv, w_proj, b_proj, scale, table, index});
    ctx->saved_data["heads"] = heads;
    save_kept(ctx, kept);
    return pass.y;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &mean = saved[1], &rstd = saved[2], &qkv = saved[3], &out = saved[4],
                     &log_sum = saved[5], &gamma = saved[6], &beta = saved[7], &w_qkv = saved[8];
    const BranchOutput output{saved[9], saved[10], saved[11]};
    const Selected selected(x, load_kept(ctx));
    const AttentionSizes sizes = attention_sizes(x, selected, ctx->saved_data["heads"].toInt());
    const at::Tensor dy = as_rows(gradients[0].contiguous());
    const CastRows d_branch = cast_and_sum_rows(dy, selected.rows, selected.factor, w_qkv.scalar_type());
    const BranchOutput::Gradients last = output.gradients(d_branch, out);
    const MixedHeadsGradients heads =
        mix_heads_backward(qkv, {out, log_sum}, output.backward(d_branch.values), sizes, {saved[12], saved[13]});
    const NormRowsGradients norm =
        norm_rows_backward({as_rows(x), selected.rows, mean, rstd, gamma, beta, input_gradient(heads.qkv, w_qkv), dy});
    const at::Tensor d_w_qkv = weight_gradient(heads.qkv, norm.again), none;
    return {norm.dx.view(x.sizes()),
            norm.d_gamma,
            norm.d_beta,
            d_w_qkv,
            column_sums(heads.qkv),
            last.weight,
            last.bias,
            last.gamma,
            heads.table,
            none,
            none,
            none,
            none};
  }
};

// inputs: x, then the parameters of a branch that no sample takes: x passes, and the parameters' gradients are zero.
struct SkippedBranch : torch::autograd::Function<SkippedBranch> {
  static at::Tensor forward(AutogradContext* ctx, at::TensorList inputs) {
    ctx->save_for_backward(inputs.vec());
    return inputs[0].clone();
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    variable_list result = gradients;
    const variable_list saved = ctx->get_saved_variables();
    for (size_t i = 1; i < saved.size(); ++i) result.push_back(torch::zeros_like(saved[i]));
    return result;
  }
};

at::Tensor skip_branch(std::vector<at::Tensor> inputs) {
  std::erase_if(inputs, [](const at::Tensor& input) { return !input.defined(); });
  return SkippedBranch::apply(at::TensorList(inputs));
}

bool is_skipped(const BranchScale& scale) { return scale.kept && scale.kept->samples.empty(); }

struct NormLinear : torch::autograd::Function<NormLinear> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                            const at::Tensor& weight, const MaybeTensor& bias, double eps) {
    const at::Tensor rows = as_rows(x);
    const NormedRows normed = norm_rows(rows, RowSelection(rows.size(0)), {gamma, beta, eps}, weight.scalar_type());
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
    const at::Tensor rows = as_rows(x), dy = as_rows(gradients[0].contiguous());
    const NormRowsGradients norm =
        norm_rows_backward({rows, RowSelection(rows.size(0)), mean, rstd, gamma, beta, input_gradient(dy, weight), {}});
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

at::Tensor mlp_residual(const at::Tensor& x, const MlpWeights& w, const BranchScale& scale) {
  const auto& [norm, w1, b1, w2, b2] = w;
  if (is_skipped(scale)) return skip_branch({x, norm.weight, norm.bias, w1, b1, w2, b2, scale.gamma});
  if (!want_gradient({x, norm.weight, norm.bias, w1, b1, w2, b2, scale.gamma})) {
    return run_mlp(x, w, scale, /*keeps_z=*/false).y;
  }
  return MlpResidual::apply(x, norm.weight, norm.bias, w1, b1, w2, b2, maybe(scale.gamma), norm.eps, scale.kept);
}

at::Tensor attention_residual(const at::Tensor& x, const AttentionWeights& w, const BranchScale& scale) {
  TORCH_CHECK(x.dim() == 3, "attention wants (B, L, C), got ", x.sizes());
  const auto& [norm, w_qkv, b_qkv, w_proj, b_proj, heads, table, index] = w;
  if (is_skipped(scale)) {
    return skip_branch({x, norm.weight, norm.bias, w_qkv, b_qkv, w_proj, b_proj, scale.gamma, table});
  }
  if (!want_gradient({x, norm.weight, norm.bias, w_qkv, b_qkv, w_proj, b_proj, scale.gamma, table})) {
    return run_attention(x, w, scale).y;
  }
  return AttentionResidual::apply(x, norm.weight, norm.bias, w_qkv, b_qkv, w_proj, b_proj, maybe(scale.gamma),
                                  maybe(table), maybe(index), norm.eps, heads, scale.kept);
}

at::Tensor norm_linear(const at::Tensor& x, const LayerNormWeights& norm, const at::Tensor& weight,
                       const at::Tensor& bias) {
  return NormLinear::apply(x, norm.weight, norm.bias, weight, maybe(bias), norm.eps);
}

}  // namespace itpn::ops
