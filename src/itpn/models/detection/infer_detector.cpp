#include "itpn/models/detection/infer_detector.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "itpn/io/tensor_shapes.h"
#include "itpn/models/backbone/infer_sizes.h"

namespace itpn {
namespace {

constexpr const char* kBackbone = "backbone.";

// Sizes of one box head, of names that begin with `head`.
void infer_box_head(const TensorShapes& shapes, const std::string& head, BoxHeadConfig& config) {
  config.classes = shapes.at(head + "fc_cls.weight", 2)[0] - 1;
  config.is_agnostic = shapes.at(head + "fc_reg.weight", 2)[0] == 4 && config.classes != 1;
  config.convs = shapes.count(head + "shared_convs.", ".conv.weight");
  config.fcs = shapes.count(head + "shared_fcs.", ".weight");
  if (config.fcs > 0) config.fc_dim = shapes.at(head + "shared_fcs.0.weight", 2)[0];
}

}  // namespace

bool has_detector_heads(std::span<const TensorInfo> tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [](const TensorInfo& tensor) {
    return tensor.name.starts_with("rpn_head.") || tensor.name.starts_with("roi_head.");
  });
}

std::vector<TensorInfo> backbone_of_detector(std::span<const TensorInfo> tensors) {
  std::vector<TensorInfo> found;
  for (const TensorInfo& tensor : tensors) {
    if (!tensor.name.starts_with(kBackbone)) continue;
    found.push_back(tensor);
    found.back().name.erase(0, std::string(kBackbone).size());
  }
  return found;
}

DetectorConfig infer_detector(std::span<const TensorInfo> tensors, const std::string& where) {
  const TensorShapes shapes(tensors, [&](const std::string& what) {
    return fmt::format("{}: not the weights of a detector: {}", where, what);
  });
  const InferredSizes sizes = infer_sizes(backbone_of_detector(tensors), where);
  const int64_t stages = shapes.count("roi_head.bbox_head.", ".fc_cls.weight");
  const std::string stage = stages > 0 ? "0." : "";
  DetectorConfig config = stages > 0 ? cascade_rcnn_config(sizes.backbone, sizes.pyramid, 1)
                                     : mask_rcnn_config(sizes.backbone, sizes.pyramid, 1);
  config.pyramid = sizes.pyramid;
  if (stages > 0 && static_cast<size_t>(stages) != config.roi.stages.size()) {
    shapes.fail(fmt::format("{} stages, wanted 1 or {}", stages, config.roi.stages.size()));
  }
  config.rpn.channels = shapes.at("rpn_head.rpn_conv.weight", 4)[1];
  infer_box_head(shapes, "roi_head.bbox_head." + stage, config.roi.box);
  const std::string mask = "roi_head.mask_head." + stage;
  config.roi.has_masks = shapes.has(mask + "conv_logits.weight");
  if (config.roi.has_masks) {
    config.roi.mask.classes = shapes.at(mask + "conv_logits.weight", 4)[0];
    config.roi.mask.convs = shapes.count(mask + "convs.", ".conv.weight");
  }
  return config;
}

}  // namespace itpn
