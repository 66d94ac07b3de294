// The second part of a detector: features of boxes, their classes, corrections and masks. One stage is Mask R-CNN, more
// are Cascade R-CNN (Cai and Vasconcelos, CVPR 2018), each of which corrects the boxes of the one before.
// Axes: B image, R box, K class, S side of a mask.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "itpn/models/detection/box_loss.h"
#include "itpn/models/detection/detections.h"
#include "itpn/models/detection/mask_head.h"

namespace itpn {

struct RoiStageConfig {
  AssignerConfig assigner;
  BoxLossConfig box_loss;
  double weight = 1.0;  // of all losses of the stage
};

struct RoiHeadConfig {
  BoxHeadConfig box;
  MaskHeadConfig mask;
  bool has_masks = true;
  SamplerConfig sampler;
  std::vector<RoiStageConfig> stages = {RoiStageConfig{}};
  DetectionConfig detection;
};

// The losses of one stage, weighted.
struct RoiLosses {
  at::Tensor labels, boxes, masks;
  at::Tensor accuracy;  // percent
};

// What a training step of the stages needs: candidates of each picture (n, 4), their objects and their draws.
struct RoiTrainingInput {
  std::vector<torch::Tensor> maps;  // (B, C, h, w), the finest first
  std::vector<int64_t> strides;
  std::vector<at::Tensor> proposals;
  std::vector<PictureInfo> pictures;
  std::vector<PictureObjects> objects;
};

// Class scores and boxes of each picture before the choice: boxes (n, 4 K) in the picture as the model sees it, scores
// (n, K + 1) probabilities.
struct BoxScores {
  at::Tensor boxes, scores;
};

class RoiHeadImpl : public torch::nn::Module {
 public:
  explicit RoiHeadImpl(const RoiHeadConfig& config);

  // Of each stage.
  std::vector<RoiLosses> losses(const RoiTrainingInput& input, std::vector<RandomStream>& streams);

  // proposals (n, 4) of each picture
  std::vector<BoxScores> score_boxes(const std::vector<torch::Tensor>& maps, const std::vector<int64_t>& strides,
                                     const std::vector<at::Tensor>& proposals,
                                     const std::vector<PictureInfo>& pictures);
  // boxes (n, 4) of each picture as the model sees it, labels (n) -> probabilities (n, S, S), a mean of the stages
  std::vector<at::Tensor> draw_masks(const std::vector<torch::Tensor>& maps, const std::vector<int64_t>& strides,
                                     const std::vector<at::Tensor>& boxes, const std::vector<at::Tensor>& labels);
  // The objects of each picture, in the coordinates of the original.
  std::vector<Detections> detect(const std::vector<torch::Tensor>& maps, const std::vector<int64_t>& strides,
                                 const std::vector<at::Tensor>& proposals, const std::vector<PictureInfo>& pictures);

  void set_joint_divisor(JointDivisor joint) { joint_ = std::move(joint); }

  const RoiHeadConfig config;
  // Registered as "bbox_head" and "mask_head", with the stage's number behind where there are several.
  std::vector<BoxHead> bbox_heads;
  std::vector<MaskHead> mask_heads;

 private:
  torch::Tensor pool(const std::vector<torch::Tensor>& maps, const std::vector<int64_t>& strides,
                     const at::Tensor& rois, int64_t side) const;
  RoiSampling sampling(size_t stage) const;
  RoiLosses stage_losses(size_t stage, const RoiTrainingInput& input, const RoiSamples& samples,
                         const BoxPrediction& prediction);
  at::Tensor stage_mask_loss(size_t stage, const RoiTrainingInput& input, const RoiSamples& samples);

  JointDivisor joint_;
};
TORCH_MODULE(RoiHead);

// Rows of `samples` whose object has a mask, and what each is taught (n, S, S).
struct MaskTargets {
  at::Tensor rows;     // (n) int64
  at::Tensor targets;  // (n, S, S) of 0 and 1
};
MaskTargets mask_targets_of(const RoiSamples& samples, const std::vector<PictureObjects>& objects, int64_t side);

}  // namespace itpn
