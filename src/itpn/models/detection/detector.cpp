#include "itpn/models/detection/detector.h"

#include <torch/torch.h>

namespace itpn {
namespace {

std::vector<at::Tensor> boxes_of(const std::vector<ScoredBoxes>& proposals) {
  std::vector<at::Tensor> boxes;
  for (const ScoredBoxes& own : proposals) boxes.push_back(own.boxes);
  return boxes;
}

void check_pictures(const DetectorInput& input) {
  TORCH_CHECK(input.images.dim() == 4 && input.images.size(0) == static_cast<int64_t>(input.pictures.size()),
              "images (B, 3, H, W) and the sizes of each wanted, got ", input.images.sizes(), " and ",
              input.pictures.size());
}

}  // namespace

DetectorImpl::DetectorImpl(const DetectorConfig& cfg, uint64_t seed)
    : config(cfg), strides(detection_strides(cfg.backbone.patch_size)) {
  TORCH_CHECK(cfg.pyramid.num_outs == 3, "a detector wants 3 levels of the pyramid, not ", cfg.pyramid.num_outs);
  backbone = register_module("backbone", Itpn(cfg.backbone, cfg.pyramid));
  rpn_head = register_module("rpn_head", RpnHead(cfg.rpn));
  roi_head = register_module("roi_head", RoiHead(cfg.roi));
  initialise_detector(*this, seed);
}

std::vector<torch::Tensor> DetectorImpl::maps_of(const DetectorInput& input) {
  check_pictures(input);
  BackboneInput own;
  own.images = input.images;
  own.drop_path_draws = input.drop_path_draws;
  return detection_maps(backbone->forward(own), input.images.size(3) / config.backbone.patch_size);
}

RpnLosses DetectorImpl::proposal_losses(const RpnOutput& output, const std::vector<PictureInfo>& pictures,
                                        const std::vector<PictureObjects>& objects,
                                        std::vector<RandomStream>& streams) const {
  std::vector<RpnTargets> targets;
  for (size_t i = 0; i < pictures.size(); ++i) {
    const at::Tensor usable = usable_anchors(output, config.rpn.anchors, strides, pictures[i], config.rpn_loss.border);
    targets.push_back(rpn_targets(output, usable, objects[i].boxes, config.rpn_loss, streams[i]));
  }
  return rpn_losses(output, targets, config.rpn_loss, joint_);
}

void DetectorImpl::join_processes(const SumOverProcesses& sum, const JointDivisor& joint) {
  set_batch_norm_sum(*this, sum);
  joint_ = joint;
  roi_head->set_joint_divisor(joint);
}

std::vector<NamedLoss> DetectorImpl::losses(const DetectorInput& input, const std::vector<PictureObjects>& objects,
                                            const DrawKey& draws) {
  TORCH_CHECK(objects.size() == input.pictures.size() && draws.positions.size() == objects.size(),
              "objects and a position for each of ", input.pictures.size(), " pictures wanted, got ", objects.size(),
              " and ", draws.positions.size());
  std::vector<RandomStream> streams = sampling_streams(draws);
  const std::vector<torch::Tensor> maps = maps_of(input);
  const RpnOutput output = rpn_head->by_anchor(rpn_head(maps), strides);
  const RpnLosses rpn = proposal_losses(output, input.pictures, objects, streams);
  const std::vector<at::Tensor> proposals = boxes_of(propose(output, input.pictures, config.train_proposals));
  const auto stages = roi_head->losses({maps, strides, proposals, input.pictures, objects}, streams);
  std::vector<NamedLoss> losses = {{"loss_rpn_cls", rpn.scores.sum()}, {"loss_rpn_bbox", rpn.boxes.sum()}};
  accuracies_.clear();
  for (size_t i = 0; i < stages.size(); ++i) {
    const std::string stage = stages.size() == 1 ? "" : "s" + std::to_string(i) + ".";
    losses.push_back({stage + "loss_cls", stages[i].labels});
    losses.push_back({stage + "loss_bbox", stages[i].boxes});
    if (config.roi.has_masks) losses.push_back({stage + "loss_mask", stages[i].masks});
    accuracies_.push_back({stage + "acc", stages[i].accuracy});
  }
  return losses;
}

std::vector<ScoredBoxes> DetectorImpl::propose_on(const std::vector<torch::Tensor>& maps,
                                                  const std::vector<PictureInfo>& pictures) {
  return propose(rpn_head->by_anchor(rpn_head(maps), strides), pictures, config.test_proposals);
}

std::vector<Detections> DetectorImpl::detect(const DetectorInput& input) {
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> maps = maps_of(input);
  return roi_head->detect(maps, strides, boxes_of(propose_on(maps, input.pictures)), input.pictures);
}

}  // namespace itpn
