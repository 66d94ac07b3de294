// Losses of the box head, and what its corrections make of boxes (spec of detection, 9.2, 9.3 and 11).
#pragma once

#include <array>

#include "itpn/models/detection/joint_divisor.h"
#include "itpn/models/detection/roi_samples.h"
#include "itpn/ops/box_coder.h"

namespace itpn {

struct BoxLossConfig {
  ops::BoxCoder coder = {{0.1, 0.1, 0.2, 0.2}};
  bool is_giou = true;   // 1 - GIoU of the corrected boxes; else L1 of the deltas
  double weight = 10.0;  // of the box loss
};

struct BoxLosses {
  at::Tensor labels;    // cross entropy
  at::Tensor boxes;     // weighted
  at::Tensor accuracy;  // percent of the boxes whose best label is right
};

// Both losses are divided by the number of all boxes, background too.
BoxLosses box_losses(const BoxPrediction& prediction, const RoiSamples& samples, const BoxHeadConfig& head,
                     const BoxLossConfig& config, const JointDivisor& joint = {});

// (R, 4): what the box loss compares with; 0 for background.
at::Tensor box_targets(const RoiSamples& samples, const BoxLossConfig& config);

// Each box (R, 5) corrected for its label (R, below K), clamped to its picture -> (R, 5). No gradient.
at::Tensor refine_rois(const at::Tensor& rois, const at::Tensor& labels, const BoxPrediction& prediction,
                       const std::vector<PictureInfo>& pictures, const BoxHeadConfig& head, const ops::BoxCoder& coder);

// The best label but the background: (R)
at::Tensor best_labels(const at::Tensor& logits);

}  // namespace itpn
