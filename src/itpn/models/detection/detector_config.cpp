#include "itpn/models/detection/detector.h"

namespace itpn {
namespace {

// A stage without low-quality matches that wants that overlap.
RoiStageConfig cascade_stage(double overlap, const std::array<double, 4>& deviations, double weight) {
  RoiStageConfig stage;
  stage.assigner = {.positive = overlap, .negative = overlap, .least_best = overlap, .keep_best = false};
  stage.box_loss.coder = {deviations};
  stage.weight = weight;
  return stage;
}

}  // namespace

DetectorConfig mask_rcnn_config(const BackboneConfig& backbone, const PyramidConfig& pyramid, int64_t classes) {
  DetectorConfig config;
  config.backbone = backbone;
  config.backbone.norm_eps = 1e-5;
  config.pyramid = pyramid;
  config.pyramid.num_outs = 3;
  config.pyramid.fpn_depth = 1;
  config.rpn.channels = config.roi.box.channels = config.roi.mask.channels = pyramid.fpn_dim;
  config.roi.box.classes = config.roi.mask.classes = classes;
  return config;
}

DetectorConfig cascade_rcnn_config(const BackboneConfig& backbone, const PyramidConfig& pyramid, int64_t classes) {
  DetectorConfig config = mask_rcnn_config(backbone, pyramid, classes);
  config.rpn_loss.border = 0.0;
  config.rpn_loss.smooth = ops::SmoothL1{1.0 / 9.0};
  config.train_proposals.most = 2000;
  config.roi.stages = {cascade_stage(0.5, {0.1, 0.1, 0.2, 0.2}, 1.0), cascade_stage(0.6, {0.05, 0.05, 0.1, 0.1}, 0.5),
                       cascade_stage(0.7, {0.033, 0.033, 0.067, 0.067}, 0.25)};
  return config;
}

}  // namespace itpn
