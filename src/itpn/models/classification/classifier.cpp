#include "itpn/models/classification/classifier.h"

#include <torch/torch.h>

#include "itpn/nn/init.h"

namespace itpn {

ClassifierImpl::ClassifierImpl(const ClassifierConfig& cfg, uint64_t seed)
    : ItpnImpl(cfg.backbone, cfg.pyramid), config(cfg) {
  const int64_t dim = cfg.backbone.embed_dim;
  fc_norm = register_module("fc_norm", LayerNorm(dim, cfg.backbone.norm_eps));
  if (cfg.is_probe) {
    probe_head = register_module("head", ProbeHead(dim, cfg.num_classes));
  } else {
    head = register_module("head", Linear(LinearConfig{dim, cfg.num_classes}));
  }
  initialise(seed);
  freeze_unused();
}

void ClassifierImpl::initialise(uint64_t seed) {
  initialise_parameters(*this, seed);
  initialise_normal(backbone.absolute_pos_embed, "position table", seed);
  initialise_normal((head ? head : probe_head->linear)->weight, "head.weight", seed, config.head_std);
}

void ClassifierImpl::freeze_unused() {
  for (auto& item : named_parameters()) {
    const bool is_head = item.key().starts_with("head.");
    if (FeaturePyramid::owns(item.key()) || (config.is_probe && !is_head)) item.value().requires_grad_(false);
  }
}

ClassifierOutput ClassifierImpl::forward(const BackboneInput& input) {
  ClassifierOutput output;
  output.tokens = backbone.forward(input).u3;
  output.pooled = output.tokens.mean(1);
  output.normed = fc_norm(output.pooled);
  output.logits = head ? head(output.normed) : probe_head(output.normed);
  return output;
}

}  // namespace itpn
