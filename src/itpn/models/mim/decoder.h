// The pixel decoder of masked image modelling (spec-model 4.3, 4.4).
// Axes: B image, N patch of the picture, L visible patch, F width of the pyramid, D width of the decoder.
#pragma once

#include <optional>

#include "itpn/models/backbone/level_sum.h"
#include "itpn/models/backbone/presets.h"
#include "itpn/nn/layers.h"

namespace itpn {

// What the decoder is built around.
struct DecoderContext {
  int64_t levels = 3;  // of the pyramid
  int64_t level_width = 256;
  PatchGrid patches = {14, 14};  // of the construction size, for the fixed position table
  int64_t patch_values = 768;
  double norm_eps = 1e-6;
  bool activation_checkpointing = false;
};

// Registers its parts in `root` under the published names. mask_token and decoder_pos_embed are parameters of `root`.
class PixelDecoder {
 public:
  PixelDecoder(const DecoderConfig& config, const DecoderContext& built_for, torch::nn::Module& root);

  // Levels (B, L, n, n, F) of the visible patches -> (B, N, D): each level embedded, all summed, hidden places filled
  // with one mask token per level, position table added.
  torch::Tensor complete(const std::vector<torch::Tensor>& levels, const BlockContext& context,
                         const Observer* observer = nullptr);

  // (B, N, D) -> (B, N, D), before the last norm.
  torch::Tensor mix(torch::Tensor tokens, const BlockContext& context);

  const DecoderConfig config;
  torch::Tensor mask_token;           // (1, 1, D)
  torch::Tensor decoder_pos_embed;    // (1, N, D), sine-cosine, not trained
  std::optional<LevelSum> level_sum;  // decoder_embed
  std::vector<std::shared_ptr<TokenBlock>> decoder_blocks;
  LayerNorm decoder_norm{nullptr};
  Linear decoder_pred{nullptr};

 private:
  torch::Tensor positions(const BlockContext& context) const;

  const DecoderContext built_for_;
};

}  // namespace itpn
