// The region proposal network (Ren et al., Faster R-CNN, NeurIPS 2015), one for all maps.
// Axes: B image, C channel, A anchor of all maps, in the order map, row, column, shape.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "itpn/models/detection/anchors.h"
#include "itpn/models/detection/picture_info.h"
#include "itpn/nn/conv_block.h"

namespace itpn {

struct RpnConfig {
  int64_t channels = 256;
  AnchorConfig anchors;
};

// What the head says of each map: its scores (B, shapes, h, w) and deltas (B, 4 shapes, h, w).
struct RpnMaps {
  std::vector<at::Tensor> scores, deltas;
};

// The same by anchor, with the anchors: scores (B, A) logits, deltas (B, A, 4), anchors (A, 4), counts of each map.
struct RpnOutput {
  at::Tensor scores, deltas, anchors;
  std::vector<int64_t> counts;
  std::vector<MapSize> sizes;
};

class RpnHeadImpl : public torch::nn::Module {
 public:
  explicit RpnHeadImpl(const RpnConfig& config);

  RpnMaps forward(const std::vector<torch::Tensor>& maps);
  // Axes of the maps to anchors.
  RpnOutput by_anchor(const RpnMaps& maps, const std::vector<int64_t>& strides) const;

  const RpnConfig config;
  Conv rpn_conv{nullptr}, rpn_cls{nullptr}, rpn_reg{nullptr};
};
TORCH_MODULE(RpnHead);

}  // namespace itpn
