// A vision tower of CLIP's shape with a linear head, to be trained on pictures with classes: a teacher made at home.
// Axes: B image.
#pragma once

#include "itpn/models/clip/clip_vision.h"

namespace itpn {

class TowerClassifierImpl : public torch::nn::Module {
 public:
  TowerClassifierImpl(const ClipVisionConfig& config, int64_t classes, uint64_t seed);
  // Normalised images (B, C, H, W) -> logits (B, classes): a linear layer on the mean of all projected tokens, so that
  // the patch tokens, which will be the targets of a student, are trained too.
  torch::Tensor forward(const torch::Tensor& images);

  ClipVision visual{nullptr};
  LayerNorm norm{nullptr};  // "head_norm"
  Linear head{nullptr};
};
TORCH_MODULE(TowerClassifier);

}  // namespace itpn
