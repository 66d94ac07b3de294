// iTPN: backbone and feature pyramid, the part that pre-training and dense tasks share.
#pragma once

#include "itpn/models/backbone/feature_pyramid.h"

namespace itpn {

// Base of all models: holds the published parameters at its top level.
class ItpnImpl : public torch::nn::Module {
 public:
  ItpnImpl(const BackboneConfig& backbone, const PyramidConfig& pyramid);

  // Pyramid levels from coarse to fine.
  std::vector<torch::Tensor> forward(const BackboneInput& input) { return pyramid.forward(backbone.forward(input)); }

  Hivit backbone;
  FeaturePyramid pyramid;
};
TORCH_MODULE(Itpn);

}  // namespace itpn
