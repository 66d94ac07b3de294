// The attention kernels on tensors, heads spread over the threads.
// Axes: B image, L token, h head, d channel of a head, C = h * d, R row of a bias table.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

struct AttentionSizes {
  int64_t images, length, heads;
};

// A learned bias on the logits: entry (i, j) of head h is table[index[i, j], h]. Undefined tensors: none.
struct PositionBias {
  at::Tensor table;  // (R, h) fp32
  at::Tensor index;  // (L, L) int64
};

struct MixedHeads {
  at::Tensor out;      // (B * L, C)
  at::Tensor log_sum;  // (B, h, L) fp32
};
// qkv (B * L, 3 * C), channels ordered (3, h, d)
MixedHeads mix_heads(const at::Tensor& qkv, const AttentionSizes& sizes, const PositionBias& bias = {});

struct MixedHeadsGradients {
  at::Tensor qkv;
  at::Tensor table;  // summed by thread and then in the threads' order; undefined without a bias
};
MixedHeadsGradients mix_heads_backward(const at::Tensor& qkv, const MixedHeads& mixed, const at::Tensor& d_out,
                                       const AttentionSizes& sizes, const PositionBias& bias = {});

}  // namespace itpn::ops
