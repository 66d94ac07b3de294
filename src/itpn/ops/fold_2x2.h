// Merging and splitting 2x2 groups of sub-tokens.
// Axes: B image, N patch, S side of the grid of sub-tokens in a patch, C channel.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// (B, N, 2S, 2S, C) -> (B, N, S, S, 4C). Channel blocks come in the order (row, column) = 00, 10, 01, 11: columns are
// slow, as in the published weights.
at::Tensor fold_2x2(const at::Tensor& x);

// (B, N, S, S, 4C) -> (B, N, 2S, 2S, C). Channel block 2 * row + column goes to sub-token (row, column): rows are slow,
// unlike in fold_2x2, so that the two are not each other's inverse.
at::Tensor unfold_2x2(const at::Tensor& x);

}  // namespace itpn::ops
