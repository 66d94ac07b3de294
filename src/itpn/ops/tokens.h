// Choosing tokens by their ids.
// Axes: B image, N token of the whole picture, L chosen token, ... anything.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// (B, N, ...) and ids (B, L) -> (B, L, ...). A first axis of 1 (a table shared by the pictures) is allowed.
at::Tensor gather_tokens(const at::Tensor& x, const at::Tensor& ids);

// The reverse: a copy of `base` (B, N, C) in which token ids[b, l] is tokens[b, l], for tokens (B, L, C).
at::Tensor scatter_tokens(const at::Tensor& base, const at::Tensor& ids, const at::Tensor& tokens);

// The same by one index a token, as on devices other than the CPU. gather's and scatter's deterministic kernels there
// sort an index for each entry of each token, these for each token, and add up in an order that is always the same.
at::Tensor gather_rows(const at::Tensor& x, const at::Tensor& ids);
at::Tensor scatter_rows(const at::Tensor& base, const at::Tensor& ids, const at::Tensor& tokens);

}  // namespace itpn::ops
