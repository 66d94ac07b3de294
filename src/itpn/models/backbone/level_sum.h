// The levels of the pyramid as one token per patch: V = sum of V^s of the paper's section 3.2, in the form of the
// published code (spec-model 4.3, 6.3).
// Axes: B image, L patch at hand, F width of the pyramid, D width of the sum; a level has n x n sub-tokens per patch.
#pragma once

#include <utility>
#include <vector>

#include "itpn/models/backbone/hivit.h"
#include "itpn/nn/layers.h"

namespace itpn {

struct LevelSumConfig {
  int64_t levels = 3;
  int64_t level_width = 256;  // F
  int64_t dim = 512;          // D, a multiple of 16
  double norm_eps = 1e-6;
};

// Registers its parts in `root` as "decoder_embed", the published name.
class LevelSum {
 public:
  LevelSum(const LevelSumConfig& config, torch::nn::Module& root);

  // Levels coarse to fine, (B, L, n, n, F) with n = 1, 2, 4 -> (B, L, D) in fp32: each level's sub-tokens shrink to
  // D / n^2 channels, which lie side by side.
  torch::Tensor forward(const std::vector<torch::Tensor>& levels, const Observer* observer = nullptr);

  const LevelSumConfig config;
  std::vector<std::pair<LayerNorm, Linear>> decoder_embed;
};

}  // namespace itpn
