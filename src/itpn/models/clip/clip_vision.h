// The vision tower of CLIP, the frozen teacher of CLIP-supervised pre-training (spec-model 6.5). Parameters have
// OpenAI's names. Not for training at speed: no fused operations.
// Axes: B image, N patch, L = 1 + N tokens with the class token first, W width, T channels of the shared space.
#pragma once

#include <functional>

#include "itpn/models/clip/clip_config.h"
#include "itpn/nn/layers.h"

namespace itpn {

// x + attn(ln_1(x)), then x + c_proj(QuickGELU(c_fc(ln_2(x)))).
class ClipBlockImpl : public torch::nn::Module {
 public:
  explicit ClipBlockImpl(const ClipVisionConfig& config);
  // (B, L, W) -> (B, L, W)
  torch::Tensor forward(const torch::Tensor& x);

  torch::Tensor in_proj_weight, in_proj_bias;  // attn.*: q, k, v below each other
  Linear out_proj{nullptr}, c_fc{nullptr}, c_proj{nullptr};
  LayerNorm ln_1{nullptr}, ln_2{nullptr};

 private:
  torch::Tensor attend(const torch::Tensor& x);
  const int64_t heads_;
};
TORCH_MODULE(ClipBlock);

// Called with the name and the value of intermediate results ("ln_pre", "block0", "ln_post", "projected").
using ClipObserver = std::function<void(const std::string&, const torch::Tensor&)>;

class ClipVisionImpl : public torch::nn::Module {
 public:
  explicit ClipVisionImpl(const ClipVisionConfig& config);

  // Images (B, C, H, W), normalised with CLIP's statistics -> (B, 1 + N, T): all tokens of the last layer after ln_post
  // and the projection. Sides that the patch size divides; for other numbers of patches than the table's the positions
  // are resampled as the published code does.
  torch::Tensor forward(const torch::Tensor& images, const ClipObserver* observer = nullptr);

  // Stores the matrices in `dtype`; norms, embeddings and biases stay as they are. For a tower that only predicts.
  void cast_matrices(torch::ScalarType dtype);

  const ClipVisionConfig config;
  torch::Tensor class_embedding;       // (W)
  torch::Tensor positional_embedding;  // (1 + grid^2, W)
  torch::Tensor proj;                  // (W, T)
  torch::Tensor conv1_weight;          // (W, C, P, P), "conv1.weight"
  LayerNorm ln_pre{nullptr}, ln_post{nullptr};
  std::vector<ClipBlock> resblocks;

 private:
  torch::Tensor embed(const torch::Tensor& images) const;
  torch::Tensor positions(int64_t rows, int64_t columns) const;
};
TORCH_MODULE(ClipVision);

// Pictures in [0, 1] as the teacher takes them, normalised with CLIP's mean and deviation. `halves_contrast` is the
// published code's scaling layer: it maps [-1, 1] to [0, 1], but is given [0, 1], so that the teacher sees pictures of
// half the contrast, all bright.
torch::Tensor clip_input(const torch::Tensor& images, bool halves_contrast);

// (B, 1 + N, T) of the tower -> (B, N, T), the targets: without the class token, each token normalised over its
// channels (eps 1e-5).
torch::Tensor clip_targets(const torch::Tensor& tokens);

// The tensors of `tower` under the names that a file of that layout has, as views where the file splits what is one
// matrix here. For load_weights().
std::vector<std::pair<std::string, torch::Tensor>> named_as_in_file(const ClipVisionImpl& tower,
                                                                    const ClipFileLayout& layout);

}  // namespace itpn
