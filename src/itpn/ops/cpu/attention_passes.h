// The attention kernels on tensors, heads spread over the threads.
// Axes: B image, L token, h head, d channel of a head, C = h * d.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

struct AttentionSizes {
  int64_t images, length, heads;
};

struct MixedHeads {
  at::Tensor out;      // (B * L, C)
  at::Tensor log_sum;  // (B, h, L) fp32
};
// qkv (B * L, 3 * C), channels ordered (3, h, d)
MixedHeads mix_heads(const at::Tensor& qkv, const AttentionSizes& sizes);

// Gradient of qkv.
at::Tensor mix_heads_backward(const at::Tensor& qkv, const MixedHeads& mixed, const at::Tensor& d_out,
                              const AttentionSizes& sizes);

}  // namespace itpn::ops
