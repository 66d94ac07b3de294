#include "itpn/models/detection/rpn_head.h"

#include <torch/torch.h>

namespace itpn {
namespace {

// (B, shapes * entries, h, w) -> (B, h * w * shapes, entries)
torch::Tensor anchor_rows(const torch::Tensor& map, int64_t entries) {
  return map.permute({0, 2, 3, 1}).reshape({map.size(0), -1, entries});
}

}  // namespace

RpnHeadImpl::RpnHeadImpl(const RpnConfig& cfg) : config(cfg) {
  const int64_t C = cfg.channels, shapes = cfg.anchors.shapes();
  rpn_conv = register_module("rpn_conv", Conv(ConvConfig{C, C, 3}));
  rpn_cls = register_module("rpn_cls", Conv(ConvConfig{C, shapes, 1}));
  rpn_reg = register_module("rpn_reg", Conv(ConvConfig{C, 4 * shapes, 1}));
}

RpnMaps RpnHeadImpl::forward(const std::vector<torch::Tensor>& maps) {
  RpnMaps found;
  for (const torch::Tensor& map : maps) {
    const torch::Tensor hidden = torch::relu(rpn_conv(map));
    found.scores.push_back(rpn_cls(hidden));
    found.deltas.push_back(rpn_reg(hidden));
  }
  return found;
}

RpnOutput RpnHeadImpl::by_anchor(const RpnMaps& maps, const std::vector<int64_t>& strides) const {
  TORCH_CHECK(maps.scores.size() == strides.size(), "a stride for each of ", maps.scores.size(), " maps wanted, got ",
              strides.size());
  std::vector<torch::Tensor> scores, deltas, anchors;
  RpnOutput output;
  for (size_t i = 0; i < strides.size(); ++i) {
    scores.push_back(anchor_rows(maps.scores[i], 1).squeeze(2));
    deltas.push_back(anchor_rows(maps.deltas[i], 4));
    output.sizes.push_back({maps.scores[i].size(2), maps.scores[i].size(3)});
    anchors.push_back(grid_anchors(config.anchors, strides[i], output.sizes.back(), maps.scores[i].device()));
    output.counts.push_back(anchors.back().size(0));
  }
  output.scores = torch::cat(scores, 1);
  output.deltas = torch::cat(deltas, 1);
  output.anchors = torch::cat(anchors);
  return output;
}

}  // namespace itpn
