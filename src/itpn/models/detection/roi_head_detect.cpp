// What a RoiHead does with pictures whose objects are not known.
#include <torch/torch.h>

#include "itpn/models/detection/roi_head.h"

namespace itpn {
namespace {

std::vector<at::Tensor> over_scale(const std::vector<BoxScores>& scored, const std::vector<PictureInfo>& pictures) {
  std::vector<at::Tensor> boxes;
  for (size_t i = 0; i < scored.size(); ++i) {
    const at::Tensor& own = scored[i].boxes;
    boxes.push_back((own.view({own.size(0), own.size(1) / 4, 4}) / scale_tensor(pictures[i], own)).view(own.sizes()));
  }
  return boxes;
}

}  // namespace

std::vector<BoxScores> RoiHeadImpl::score_boxes(const std::vector<torch::Tensor>& maps,
                                                const std::vector<int64_t>& strides,
                                                const std::vector<at::Tensor>& proposals,
                                                const std::vector<PictureInfo>& pictures) {
  const torch::NoGradGuard no_grad;
  at::Tensor rois = as_rois(proposals), sum, deltas;
  for (size_t stage = 0; stage < config.stages.size(); ++stage) {
    const BoxPrediction found = bbox_heads[stage](pool(maps, strides, rois, config.box.side));
    sum = sum.defined() ? sum + found.logits : found.logits;
    deltas = found.deltas;
    if (stage + 1 == config.stages.size()) break;
    rois =
        refine_rois(rois, best_labels(found.logits), found, pictures, config.box, config.stages[stage].box_loss.coder);
  }
  const auto count = static_cast<int64_t>(pictures.size());
  const at::Tensor scores = (sum / static_cast<double>(config.stages.size())).softmax(1);
  const at::Tensor boxes = config.stages.back().box_loss.coder.decode(rois.slice(1, 1), deltas);
  const std::vector<at::Tensor> own_boxes = by_picture(boxes, rois, count),
                                own_scores = by_picture(scores, rois, count);
  std::vector<BoxScores> scored;
  for (size_t i = 0; i < pictures.size(); ++i) {
    const at::Tensor corners = own_boxes[i].view({own_boxes[i].size(0), own_boxes[i].size(1) / 4, 4});
    scored.push_back({ops::clamp_boxes(corners, pictures[i].size).view(own_boxes[i].sizes()), own_scores[i]});
  }
  return scored;
}

std::vector<at::Tensor> RoiHeadImpl::draw_masks(const std::vector<torch::Tensor>& maps,
                                                const std::vector<int64_t>& strides,
                                                const std::vector<at::Tensor>& boxes,
                                                const std::vector<at::Tensor>& labels) {
  const torch::NoGradGuard no_grad;
  const at::Tensor rois = as_rois(boxes), pooled = pool(maps, strides, rois, config.mask.side);
  at::Tensor sum;
  for (MaskHead& head : mask_heads) {
    const at::Tensor masks = masks_of_labels(head(pooled), torch::cat(labels)).sigmoid();
    sum = sum.defined() ? sum + masks : masks;
  }
  return by_picture(sum / static_cast<double>(mask_heads.size()), rois, static_cast<int64_t>(boxes.size()));
}

std::vector<Detections> RoiHeadImpl::detect(const std::vector<torch::Tensor>& maps, const std::vector<int64_t>& strides,
                                            const std::vector<at::Tensor>& proposals,
                                            const std::vector<PictureInfo>& pictures) {
  const torch::NoGradGuard no_grad;
  const std::vector<BoxScores> scored = score_boxes(maps, strides, proposals, pictures);
  const std::vector<at::Tensor> original = over_scale(scored, pictures);
  std::vector<Detections> found;
  std::vector<at::Tensor> seen, labels;
  for (size_t i = 0; i < scored.size(); ++i) {
    found.push_back(select_detections(original[i], scored[i].scores, config.detection));
    seen.push_back(found[i].boxes * scale_tensor(pictures[i], found[i].boxes));
    labels.push_back(found[i].labels);
  }
  if (!config.has_masks) return found;
  const std::vector<at::Tensor> masks = draw_masks(maps, strides, seen, labels);
  for (size_t i = 0; i < found.size(); ++i) found[i].masks = masks[i];
  return found;
}

}  // namespace itpn
