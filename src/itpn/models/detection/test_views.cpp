#include "itpn/models/detection/test_views.h"

#include <torch/torch.h>

#include "itpn/ops/nms.h"

namespace itpn {
namespace {

// (n, K, 4) mirrored in a picture of that width
at::Tensor mirrored(const at::Tensor& boxes, double width) {
  return torch::stack(
      {width - boxes.select(-1, 2), boxes.select(-1, 1), width - boxes.select(-1, 0), boxes.select(-1, 3)}, -1);
}

// (n, 4 K) -> (n, K, 4)
at::Tensor corners_of(const at::Tensor& boxes) { return boxes.reshape({boxes.size(0), boxes.size(1) / 4, 4}); }

at::Tensor mean_of(const std::vector<at::Tensor>& values) { return torch::stack(values).mean(0); }

}  // namespace

at::Tensor to_original(const at::Tensor& boxes, const TestView& view) {
  at::Tensor corners = corners_of(boxes);
  if (view.is_flipped) corners = mirrored(corners, view.picture.size.width);
  return (corners / scale_tensor(view.picture, boxes)).reshape(boxes.sizes());
}

at::Tensor to_view(const at::Tensor& boxes, const TestView& view) {
  const at::Tensor corners = corners_of(boxes) * scale_tensor(view.picture, boxes);
  return (view.is_flipped ? mirrored(corners, view.picture.size.width) : corners).reshape(boxes.sizes());
}

ScoredBoxes merge_proposals(const std::vector<ScoredBoxes>& proposals, const std::vector<TestView>& views,
                            const MergeConfig& config) {
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> boxes, scores;
  for (size_t i = 0; i < views.size(); ++i) {
    boxes.push_back(to_original(proposals[i].boxes, views[i]));
    scores.push_back(proposals[i].scores);
  }
  const at::Tensor all = torch::cat(boxes), of_all = torch::cat(scores);
  const at::Tensor keep = ops::nms(all, of_all, config.iou_threshold).slice(0, 0, config.most);
  return {all.index_select(0, keep), of_all.index_select(0, keep)};
}

BoxScores merge_scores(const std::vector<BoxScores>& scored, const std::vector<TestView>& views) {
  std::vector<at::Tensor> boxes, scores;
  for (size_t i = 0; i < views.size(); ++i) {
    boxes.push_back(to_original(scored[i].boxes, views[i]));
    scores.push_back(scored[i].scores);
  }
  return {mean_of(boxes), mean_of(scores)};
}

at::Tensor merge_masks(const std::vector<at::Tensor>& masks, const std::vector<TestView>& views) {
  std::vector<at::Tensor> upright;
  for (size_t i = 0; i < views.size(); ++i) upright.push_back(views[i].is_flipped ? masks[i].flip(-1) : masks[i]);
  return mean_of(upright);
}

Detections detect_with_views(DetectorImpl& detector, const std::vector<torch::Tensor>& images,
                             const std::vector<TestView>& views, const MergeConfig& config) {
  const torch::NoGradGuard no_grad;
  std::vector<std::vector<torch::Tensor>> maps;
  std::vector<ScoredBoxes> proposals;
  for (size_t i = 0; i < views.size(); ++i) {
    maps.push_back(detector.maps_of({images[i], {views[i].picture}}));
    proposals.push_back(detector.propose_on(maps[i], {views[i].picture})[0]);
  }
  const ScoredBoxes merged = merge_proposals(proposals, views, config);
  std::vector<BoxScores> scored;
  RoiHeadImpl& head = *detector.roi_head;
  for (size_t i = 0; i < views.size(); ++i) {
    scored.push_back(
        head.score_boxes(maps[i], detector.strides, {to_view(merged.boxes, views[i])}, {views[i].picture})[0]);
  }
  const BoxScores mean = merge_scores(scored, views);
  Detections found = select_detections(mean.boxes, mean.scores, head.config.detection);
  if (!head.config.has_masks) return found;
  std::vector<at::Tensor> masks;
  for (size_t i = 0; i < views.size(); ++i) {
    masks.push_back(head.draw_masks(maps[i], detector.strides, {to_view(found.boxes, views[i])}, {found.labels})[0]);
  }
  found.masks = merge_masks(masks, views);
  return found;
}

}  // namespace itpn
