// Layer-wise learning-rate decay: how deep in the backbone a parameter lies, by its published name, and the factor of
// its learning rate. Torch-free.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/models/backbone/backbone_config.h"

namespace itpn {

// The published code counts in three ways, and recipes are tuned to each.
enum class LayerRule {
  // A merge belongs to the block before it; a layer's factor is decay^(13/n), so that the embeddings get decay^13.
  kClassification,
  // Every entry of `blocks` counts, and the last one exceeds the head by a layer: a factor above 1.
  kSegmentation,
  // As segmentation, but with `decay` itself for a layer, and the position table is not slowed down.
  kDetection,
};

// n of the rules: base has 31 (classification) or 32 (dense tasks).
int64_t layer_count(const BackboneConfig& sizes, LayerRule rule);

// 0 for the embeddings, then up the blocks; what comes after the backbone has layer_count() with classification, one
// less with the dense rules. Names of dense models begin with "backbone." where they lie in it.
int64_t layer_id(const std::string& parameter, const BackboneConfig& sizes, LayerRule rule);

// Factor of the learning rate of a parameter with that id: 1 after the backbone.
double layer_lr_scale(int64_t id, double decay, const BackboneConfig& sizes, LayerRule rule);

// Last parts of the names of parameters that the rule spares from weight decay although they are no vectors.
std::vector<std::string> names_spared_from_decay(LayerRule rule);

}  // namespace itpn
