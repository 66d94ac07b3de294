// Whole residual branches as one differentiable operation each. They keep little for the backward pass (nothing where
// no gradient is wanted) and make few passes over memory; matrix products run in the dtype of their weights, everything
// between in fp32 registers. On a CPU with AVX2 or better only: ask can_fuse, and use the separate operations where it
// says no. Results do not depend on anything but the inputs and the number of threads.
// Axes: ... any, B image, L token, C channel of the residual stream, H hidden channel, h head, R row of a bias table.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "itpn/ops/drop_path.h"
#include "itpn/ops/linear.h"

namespace itpn::ops {

// x: the residual stream, fp32; weight: a matrix of the branch.
bool can_fuse(const at::Tensor& x, const at::Tensor& weight);

// How a branch enters the sum: x + gamma * branch.
struct BranchScale {
  at::Tensor gamma;                 // (C) layer scale, or undefined
  std::optional<KeptSamples> kept;  // stochastic depth: the branch, times the factor, for these samples (entries of the
                                    // first axis) only; the others' is not computed. nullopt: all of them, factor 1
};

struct MlpWeights {
  LayerNormWeights norm;            // C
  at::Tensor fc1_weight, fc1_bias;  // (H, C), (H)
  at::Tensor fc2_weight, fc2_bias;  // (C, H), (C)
};

// x (..., C) -> x + fc2(GELU(fc1(norm(x)))), scaled
at::Tensor mlp_residual(const at::Tensor& x, const MlpWeights& weights, const BranchScale& scale = {});

struct AttentionWeights {
  LayerNormWeights norm;              // C
  at::Tensor qkv_weight, qkv_bias;    // (3C, C), (3C)
  at::Tensor proj_weight, proj_bias;  // (C, C), (C)
  int64_t heads = 1;
  // Relative position bias: table[index[i, j], head] on the logit of tokens i and j. Undefined: none.
  at::Tensor bias_table = {};  // (R, h) fp32
  at::Tensor bias_index = {};  // (L, L) int64
};

// x (B, L, C) -> x + proj(attention(qkv(norm(x)))), scaled
at::Tensor attention_residual(const at::Tensor& x, const AttentionWeights& weights, const BranchScale& scale = {});

// x (..., C) -> norm(x) weight^T + bias (or no bias where it is undefined), in the weight's dtype
at::Tensor norm_linear(const at::Tensor& x, const LayerNormWeights& norm, const at::Tensor& weight,
                       const at::Tensor& bias);

}  // namespace itpn::ops
