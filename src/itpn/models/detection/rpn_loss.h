// What the region proposal network learns from (spec of detection, 7.2 and 7.3).
// Axes: A anchor of all maps, P chosen anchor of an object, n chosen anchor.
#pragma once

#include <optional>

#include "itpn/models/detection/assigner.h"
#include "itpn/models/detection/joint_divisor.h"
#include "itpn/models/detection/rpn_head.h"
#include "itpn/models/detection/sampler.h"
#include "itpn/ops/box_losses.h"

namespace itpn {

struct RpnLossConfig {
  AssignerConfig assigner = {.positive = 0.7, .negative = 0.3, .least_best = 0.3};
  SamplerConfig sampler = {.count = 256, .positive = 0.5, .adds_objects = false};
  double border = -1.0;                 // pixels that a used anchor may reach over the picture; < 0: any
  std::optional<ops::SmoothL1> smooth;  // of the box loss; nullopt: L1
};

// Chosen anchors of one picture, as indices into A, and the boxes of the objects of the positive ones.
struct RpnTargets {
  at::Tensor positives, negatives;  // (P), (n - P) int64
  at::Tensor boxes;                 // (P, 4)
};

// (A) bool: anchors of a picture that may be used.
at::Tensor usable_anchors(const RpnOutput& output, const AnchorConfig& anchors, const std::vector<int64_t>& strides,
                          const PictureInfo& picture, double border);

RpnTargets rpn_targets(const RpnOutput& output, const at::Tensor& is_usable, const at::Tensor& objects,
                       const RpnLossConfig& config, RandomStream& stream);

// Of each map (levels), whose sum is the loss. Both are divided by the sum over the pictures (of all processes, see
// JointDivisor) of max(1, positives) + max(1, negatives).
struct RpnLosses {
  at::Tensor scores;  // binary cross entropy
  at::Tensor boxes;
};
RpnLosses rpn_losses(const RpnOutput& output, const std::vector<RpnTargets>& targets, const RpnLossConfig& config,
                     const JointDivisor& joint = {});

}  // namespace itpn
