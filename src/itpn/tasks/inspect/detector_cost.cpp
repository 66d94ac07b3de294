#include "itpn/tasks/inspect/detector_cost.h"

#include <string>

namespace itpn {
namespace {

constexpr int64_t kShapes = 3;  // anchors of a place

// A convolution with `side` x `side` weights, or a linear layer with a side of 1.
struct Layer {
  int64_t in = 0, out = 0;
  int64_t side = 1;
  int64_t extra = 0;  // parameters beside the weights: biases, scales of a norm

  int64_t weights() const { return in * out * side * side; }
};

void add(ComponentCost* component, const Layer& layer, double places) {
  component->parameters += layer.weights() + layer.extra;
  component->macs += static_cast<double>(layer.weights()) * places;
}

// Places of all maps, whose sides are halved from one to the next.
double places_of(const ImageSize& image) {
  double places = 0;
  for (const int64_t stride : {4, 8, 16, 32, 64}) {
    places += static_cast<double>(image.height / stride) * static_cast<double>(image.width / stride);
  }
  return places;
}

ComponentCost proposal_cost(const RpnConfig& rpn, const ImageSize& image) {
  ComponentCost cost{"rpn_head"};
  const double places = places_of(image);
  add(&cost, {rpn.channels, rpn.channels, 3, rpn.channels}, places);
  add(&cost, {rpn.channels, kShapes, 1, kShapes}, places);
  add(&cost, {rpn.channels, 4 * kShapes, 1, 4 * kShapes}, places);
  return cost;
}

ComponentCost box_cost(const BoxHeadConfig& box, const std::string& name, double boxes) {
  ComponentCost cost{name};
  const int64_t cells = box.side * box.side;
  for (int64_t i = 0; i < box.convs; ++i) {
    add(&cost, {box.channels, box.channels, 3, 2 * box.channels}, boxes * static_cast<double>(cells));
  }
  int64_t width = box.channels * cells;
  for (int64_t i = 0; i < box.fcs; ++i, width = box.fc_dim) add(&cost, {width, box.fc_dim, 1, box.fc_dim}, boxes);
  add(&cost, {width, box.classes + 1, 1, box.classes + 1}, boxes);
  add(&cost, {width, 4 * box.corrections(), 1, 4 * box.corrections()}, boxes);
  return cost;
}

ComponentCost mask_cost(const MaskHeadConfig& mask, const std::string& name, double objects) {
  ComponentCost cost{name};
  const double cells = objects * static_cast<double>(mask.side * mask.side);
  for (int64_t i = 0; i < mask.convs; ++i) {
    add(&cost, {mask.channels, mask.channels, 3, mask.channels}, cells);
  }
  add(&cost, {mask.channels, mask.channels, 2, mask.channels}, cells);
  add(&cost, {mask.channels, mask.classes, 1, mask.classes}, 4 * cells);
  return cost;
}

}  // namespace

ModelCost detector_cost(const DetectorConfig& config, const ImageSize& image) {
  Preset preset;
  preset.backbone = config.backbone;
  preset.pyramid = config.pyramid;
  ModelCost cost = detection_cost(preset, {patch_grid(image, config.backbone.patch_size)});
  cost.components.push_back(proposal_cost(config.rpn, image));
  const RoiHeadConfig& roi = config.roi;
  const size_t stages = roi.stages.size();
  for (size_t stage = 0; stage < stages; ++stage) {
    const std::string number = stages > 1 ? "." + std::to_string(stage) : "";
    cost.components.push_back(box_cost(roi.box, "bbox_head" + number, static_cast<double>(config.test_proposals.most)));
    if (!roi.has_masks) continue;
    cost.components.push_back(mask_cost(roi.mask, "mask_head" + number, static_cast<double>(roi.detection.most)));
  }
  return cost;
}

}  // namespace itpn
