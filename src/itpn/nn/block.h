// What every entry of the published `blocks` list shares.
#pragma once

#include <torch/nn/module.h>

#include "itpn/ops/fused.h"

namespace itpn {

// What a block may need to know beside its tokens. Undefined tensors mean "none".
struct BlockContext {
  int64_t rows = 0, columns = 0;  // grid of patches of the whole picture
  torch::Tensor ids_keep;         // (B, L) int64, the patches at hand; undefined: all of them in order
  torch::Tensor position_index;   // (N, N) or (B, L, L): rows of the relative position bias tables
  torch::Tensor key_mask;         // (B, L) bool, true where a token may be attended
  torch::Tensor drop_path_draws;  // (sites, B) uniforms in [0, 1); undefined: no stochastic depth
};

// The residual branches of a block are drop path sites, numbered through the whole model: a site's draws are one row of
// `drop_path_draws`.
struct DropPathSite {
  double rate = 0;
  int64_t first_row = 0;
};

class TokenBlock : public torch::nn::Module {
 public:
  // Tokens in, tokens out; (B, L, S, S, C) in stages 1 and 2 and in the pyramid, (B, L, C) in stage 3.
  virtual torch::Tensor forward(const torch::Tensor& x, const BlockContext& context) = 0;
};

// `branch` as it enters the residual sum at row `row` of the draws: unchanged where nothing is drawn.
torch::Tensor apply_drop_path(const torch::Tensor& branch, const DropPathSite& site, int64_t row,
                              const BlockContext& context);

// The same for a fused operation, with the block's layer scale `gamma` (or undefined).
ops::BranchScale branch_scale(const torch::Tensor& gamma, const DropPathSite& site, int64_t row,
                              const BlockContext& context);

}  // namespace itpn
