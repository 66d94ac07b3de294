// Image classification with the backbone alone: mean over the patches, norm, one linear layer (spec-model 2.11).
#pragma once

#include "itpn/models/backbone/itpn.h"

namespace itpn {

struct ClassifierConfig {
  BackboneConfig backbone;
  int64_t num_classes = 1000;
};

// What the classifier computes; B image, L patch, E width.
struct ClassifierOutput {
  torch::Tensor tokens;  // (B, L, E)
  torch::Tensor pooled;  // (B, E)
  torch::Tensor normed;  // (B, E)
  torch::Tensor logits;  // (B, classes)
};

class ClassifierImpl : public ItpnImpl {
 public:
  ClassifierImpl(const ClassifierConfig& config, uint64_t seed);
  ClassifierOutput forward(const BackboneInput& input);

  const ClassifierConfig config;
  LayerNorm fc_norm{nullptr};
  Linear head{nullptr};
};
TORCH_MODULE(Classifier);

}  // namespace itpn
