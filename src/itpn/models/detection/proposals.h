// From the scores of anchors to boxes that may hold an object (spec of detection, 7.4).
#pragma once

#include "itpn/models/detection/rpn_head.h"

namespace itpn {

struct ProposalConfig {
  int64_t before_nms = 2000;  // of each map and picture
  int64_t most = 1000;        // of a picture
  double iou_threshold = 0.7;
};

// Of each picture, clamped to it. No gradient.
std::vector<ScoredBoxes> propose(const RpnOutput& output, const std::vector<PictureInfo>& pictures,
                                 const ProposalConfig& config);

}  // namespace itpn
