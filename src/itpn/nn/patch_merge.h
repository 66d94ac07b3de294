// Patch merge (2x2 sub-tokens become one of twice the width) and its counterpart in the pyramid, the patch split.
#pragma once

#include "itpn/nn/block.h"
#include "itpn/nn/layers.h"

namespace itpn {

class PatchMergeImpl : public TokenBlock {
 public:
  PatchMergeImpl(int64_t dim, double norm_eps);
  // (B, L, 2S, 2S, dim) -> (B, L, S, S, 2 dim)
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context) override;

  LayerNorm norm{nullptr};
  Linear reduction{nullptr};
};
TORCH_MODULE(PatchMerge);

class PatchSplitImpl : public torch::nn::Module {
 public:
  PatchSplitImpl(int64_t dim, int64_t out_dim, double norm_eps);
  // (B, L, S, S, dim) -> (B, L, 2S, 2S, out_dim)
  torch::Tensor forward(const torch::Tensor& x);

  LayerNorm norm{nullptr};
  Linear reduction{nullptr};
};
TORCH_MODULE(PatchSplit);

}  // namespace itpn
