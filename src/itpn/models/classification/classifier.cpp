#include "itpn/models/classification/classifier.h"

#include <torch/torch.h>

#include "itpn/nn/init.h"

namespace itpn {

ClassifierImpl::ClassifierImpl(const ClassifierConfig& cfg, uint64_t seed)
    : ItpnImpl(cfg.backbone, PyramidConfig{.num_outs = 1}), config(cfg) {
  fc_norm = register_module("fc_norm", LayerNorm(cfg.backbone.embed_dim, cfg.backbone.norm_eps));
  head = register_module("head", Linear(LinearConfig{cfg.backbone.embed_dim, cfg.num_classes}));
  initialise_parameters(*this, seed);
  initialise_normal(backbone.absolute_pos_embed, seed);
}

ClassifierOutput ClassifierImpl::forward(const BackboneInput& input) {
  ClassifierOutput output;
  output.tokens = backbone.forward(input).u3;
  output.pooled = output.tokens.mean(1);
  output.normed = fc_norm(output.pooled);
  output.logits = head(output.normed);
  return output;
}

}  // namespace itpn
