// Masked feature modelling, the second term of the paper's eq. 4: each pyramid level predicts the features that a
// moving average of the backbone (the teacher) gives at the stage of the same resolution. The published code has no
// such term; docs/decisions tells how the paper was read. Axes: B image, L token in the loss, n side of the sub-token
// grid of a level, C_s width of the stage, F of the pyramid.
#pragma once

#include "itpn/models/backbone/hivit.h"
#include "itpn/nn/layers.h"

namespace itpn {

// A copy of the backbone that learns only by the moving average of the student's. Its parameters want no gradient.
class TeacherImpl : public torch::nn::Module {
 public:
  explicit TeacherImpl(const BackboneConfig& config);

  // Takes over the student's values: every parameter and buffer the teacher has is looked up by its name.
  void copy_from(const torch::nn::Module& student);

  // Stage features without gradient and without stochastic depth; ids (B, L) or undefined for all patches.
  StageFeatures forward(const torch::Tensor& images, const torch::Tensor& ids);

  Hivit backbone;
};
TORCH_MODULE(Teacher);

// Levels coarse to fine as the loss compares them: U3 as (B, L, 1, 1, E), U2, U1; `count` of them. Tokens are chosen by
// `ids` (B, L) where it is defined.
std::vector<torch::Tensor> feature_targets(const StageFeatures& features, size_t count, const torch::Tensor& ids);

// Mean squared difference between `prediction` and the target, both (B, L, n, n, C_s), in fp32. With `normalise`, each
// target token has mean 0 and variance 1 over its channels (eps 1e-6).
torch::Tensor feature_loss(const torch::Tensor& prediction, const torch::Tensor& target, bool normalise);

}  // namespace itpn
