// The starred variant of the paper's Table 6: a 3x3 convolution in place of the C-MLP. It lets neighbouring patches see
// each other, which is what the C-MLP avoids. No published weights have it, so the names are ours.
#pragma once

#include "itpn/nn/block.h"
#include "itpn/nn/layers.h"

namespace itpn {

struct ConvMixerConfig {
  int64_t dim = 128;
  double norm_eps = 1e-6;
  DropPathSite drop_path = {};
};

// x + proj(GELU(conv(norm2(x)))): about the cost of a C-MLP block of ratio 4 to 5.
class ConvMixerBlockImpl : public TokenBlock {
 public:
  explicit ConvMixerBlockImpl(const ConvMixerConfig& config);
  // (B, L, S, S, dim) -> the same shape. Hidden patches count as zeros: the kept ones are scattered to the grid of the
  // whole picture, convolved, and gathered again.
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context) override;

  const ConvMixerConfig config;
  LayerNorm norm2{nullptr};
  torch::Tensor conv_weight, conv_bias;  // (dim, dim, 3, 3), (dim)
  Linear proj{nullptr};
};
TORCH_MODULE(ConvMixerBlock);

// (B, L, S, S, C) -> (B, C, rows * S, columns * S), zeros where a patch is not among the kept ones.
torch::Tensor tokens_to_map(const torch::Tensor& x, const BlockContext& context);

// The reverse, only for the kept patches.
torch::Tensor map_to_tokens(const torch::Tensor& map, const BlockContext& context);

}  // namespace itpn
