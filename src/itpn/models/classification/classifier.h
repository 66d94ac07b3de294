// Image classification with the backbone alone: mean over the patches, norm, one linear layer (spec-model 2.11).
#pragma once

#include "itpn/models/backbone/itpn.h"
#include "itpn/models/classification/probe_head.h"

namespace itpn {

struct ClassifierConfig {
  BackboneConfig backbone;
  int64_t num_classes = 1000;
  // Levels of the pyramid that are kept beside the backbone, so that a fine-tuned model still has them for dense tasks:
  // parameters under their published names that no classification uses and nothing trains. 1: none.
  PyramidConfig pyramid = {.num_outs = 1};
  double head_std =
      0.02;  // deviation of the head's start weights; 2e-5 after pixel pre-training, 0.01 in linear probing
  // Linear probing: everything but a ProbeHead is frozen.
  bool is_probe = false;
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
  // Train or evaluation mode matters to the batch norm of a probe only; stochastic depth follows the input's draws.
  ClassifierOutput forward(const BackboneInput& input);

  const ClassifierConfig config;
  LayerNorm fc_norm{nullptr};
  Linear head{nullptr};           // "head", or
  ProbeHead probe_head{nullptr};  // "head" with is_probe

 private:
  void initialise(uint64_t seed);
  void freeze_unused();
};
TORCH_MODULE(Classifier);

}  // namespace itpn
