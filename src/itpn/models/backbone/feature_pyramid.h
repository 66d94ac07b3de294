// The feature pyramid g (paper eq. 3 and section 3.3, in the form of the published code). No convolution: visible
// patches learn nothing of hidden ones.
// Axes: B image, L patch at hand, F width of the pyramid; the level of stride 16, 8, 4 has 1, 2 x 2, 4 x 4 sub-tokens.
#pragma once

#include "itpn/models/backbone/hivit.h"
#include "itpn/nn/patch_merge.h"

namespace itpn {

class FeaturePyramid {
 public:
  // Registers its parts in `root` under the published names; none with num_outs = 1.
  FeaturePyramid(const BackboneConfig& backbone, const PyramidConfig& config, torch::nn::Module& root);

  // Levels from coarse to fine: (B, L, 1, 1, F), (B, L, 2, 2, F), (B, L, 4, 4, F), as many as num_outs. With
  // num_outs = 1: the last backbone feature (B, L, 1, 1, E).
  std::vector<torch::Tensor> forward(const StageFeatures& features);

  // Is a parameter of the published models, by its name, one of the pyramid's?
  static bool owns(const std::string& parameter);

  // Width of the levels: F, or E without a pyramid.
  int64_t width() const { return config.num_outs > 1 ? config.fpn_dim : backbone_.embed_dim; }

  const PyramidConfig config;
  Linear align_dim_16tofpn{nullptr}, align_dim_16to8{nullptr}, align_dim_8to4{nullptr};
  PatchSplit split_16to8{nullptr}, split_8to4{nullptr};
  using Blocks = std::vector<std::shared_ptr<TokenBlock>>;
  Blocks fpn_modules, block_16to8, block_8to4;

 private:
  Blocks make_blocks(const std::string& name, int64_t count, torch::nn::Module& root) const;
  torch::Tensor run(const Blocks& blocks, torch::Tensor x, const BlockContext& context) const;

  const BackboneConfig backbone_;
};

}  // namespace itpn
