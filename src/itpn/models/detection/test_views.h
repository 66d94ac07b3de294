// Test-time augmentation: a picture looked at in several sizes and mirrored, and what the views say together (spec of
// detection, 12). Axes: n box, K class, S side of a mask.
#pragma once

#include "itpn/models/detection/detector.h"

namespace itpn {

struct TestView {
  PictureInfo picture;
  bool is_flipped = false;  // mirrored left to right
};

// Boxes (n, 4 K) as a view shows them, in the original picture, and the other way round.
at::Tensor to_original(const at::Tensor& boxes, const TestView& view);
at::Tensor to_view(const at::Tensor& boxes, const TestView& view);

struct MergeConfig {
  double iou_threshold = 0.7;
  int64_t most = 1000;
};

// The proposals of all views in the original picture: one NMS over all, the best by score.
ScoredBoxes merge_proposals(const std::vector<ScoredBoxes>& proposals, const std::vector<TestView>& views,
                            const MergeConfig& config);

// Means over the views of boxes of the same proposals, in the original picture, and of their scores.
BoxScores merge_scores(const std::vector<BoxScores>& scored, const std::vector<TestView>& views);

// Mean over the views of masks (n, ..., S, S) of the same objects.
at::Tensor merge_masks(const std::vector<at::Tensor>& masks, const std::vector<TestView>& views);

// A picture by its views: images (1, 3, H, W), padded, one of each view.
Detections detect_with_views(DetectorImpl& detector, const std::vector<torch::Tensor>& images,
                             const std::vector<TestView>& views, const MergeConfig& config);

}  // namespace itpn
