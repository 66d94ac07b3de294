// The hierarchical backbone f (paper eq. 2, section 3.3): C-MLP stages inside patches, attention between patches.
// Axes: B image, N patch of the picture, L patch at hand, E width of stage 3; a patch has 4 x 4 sub-tokens in stage 1,
// 2 x 2 in stage 2 and one token in stage 3.
#pragma once

#include <functional>

#include "itpn/models/backbone/backbone_config.h"
#include "itpn/nn/block.h"
#include "itpn/nn/patch_embed.h"

namespace itpn {

// Called with the published name and the value of intermediate results ("patch_embed", "main_input", "blocks.3").
using Observer = std::function<void(const std::string&, const torch::Tensor&)>;

// What goes into a forward pass. Undefined tensors mean "none".
struct BackboneInput {
  torch::Tensor images;           // (B, C, H, W), normalised
  torch::Tensor ids_keep;         // (B, L) patches to process; undefined: all
  torch::Tensor key_mask;         // (B, L) bool, true where a token may be attended
  torch::Tensor drop_path_draws;  // (drop_path_sites(), B) uniforms; undefined: no stochastic depth
  const Observer* observer = nullptr;
  torch::Tensor is_hidden = {};   // (B, N) bool, tokens that `mask_token` replaces where they enter stage 3
  torch::Tensor mask_token = {};  // (1, 1, E), with is_hidden
  int64_t tap = -1;               // attention block, from 0, whose output is wanted too; -1: none
};

// The outputs of the three stages: U1 and U2 of the paper before their merges, U3 after the last block.
struct StageFeatures {
  torch::Tensor u1;      // (B, L, 4, 4, E/4)
  torch::Tensor u2;      // (B, L, 2, 2, E/2)
  torch::Tensor u3;      // (B, L, E)
  torch::Tensor tap;     // (B, L, E), the output that BackboneInput::tap asked for
  BlockContext context;  // grid and ids, as the pyramid needs them
};

// The backbone's parts. They register themselves in `root` under the published names, because the published models have
// them at their top level; `root` owns the parameters and outlives this.
class Hivit {
 public:
  Hivit(const BackboneConfig& config, torch::nn::Module& root);

  StageFeatures forward(const BackboneInput& input);

  // Rows of drop path draws that forward() wants.
  int64_t drop_path_sites() const { return drop_path_sites_; }

  const BackboneConfig config;
  torch::Tensor absolute_pos_embed;       // (1, g * g, E)
  torch::Tensor relative_position_index;  // (N, N) with rpe, N patches of the construction size
  PatchEmbed patch_embed{nullptr};
  std::vector<std::shared_ptr<TokenBlock>> blocks;

 private:
  void add_blocks();
  std::shared_ptr<TokenBlock> local_block(int64_t dim, const DropPathSite& site) const;
  BlockContext context_of(const BackboneInput& input) const;
  torch::Tensor enter_stage3(const torch::Tensor& x, const BackboneInput& input, const BlockContext& context) const;
  torch::Tensor add_positions(const torch::Tensor& x, const BlockContext& context) const;
  torch::Tensor run_block(TokenBlock& block, const torch::Tensor& x, const BlockContext& context) const;

  int64_t drop_path_sites_ = 0;
};

// A residual block that works inside patches, in the backbone or in the pyramid: C-MLP or 3x3 convolution.
struct LocalBlockConfig {
  std::string mixer = "cmlp";
  int64_t dim = 128;
  double ratio = 3.0;
  double norm_eps = 1e-6;
  double layer_scale = 0.0;
  DropPathSite drop_path = {};
};
std::shared_ptr<TokenBlock> make_local_block(const LocalBlockConfig& config);

// block.forward(x), with its inside recomputed in the backward pass.
torch::Tensor forward_recomputed(TokenBlock& block, const torch::Tensor& x, const BlockContext& context);

}  // namespace itpn
