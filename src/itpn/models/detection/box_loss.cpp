#include "itpn/models/detection/box_loss.h"

#include <torch/torch.h>

#include "itpn/ops/box_losses.h"

namespace itpn {

at::Tensor box_targets(const RoiSamples& samples, const BoxLossConfig& config) {
  if (config.is_giou) return samples.boxes;
  const at::Tensor deltas = config.coder.encode(samples.rois.slice(1, 1), samples.boxes);
  return torch::where(samples.is_positive.unsqueeze(1), deltas, torch::zeros_like(deltas));
}

BoxLosses box_losses(const BoxPrediction& prediction, const RoiSamples& samples, const BoxHeadConfig& head,
                     const BoxLossConfig& config, const JointDivisor& joint) {
  const double count = joint(static_cast<double>(samples.rois.size(0)));
  const double shared = count + ops::kLeastDivisor;
  BoxLosses losses;
  losses.labels = at::cross_entropy_loss(prediction.logits, samples.labels, {}, at::Reduction::Sum) / shared;
  losses.accuracy = (prediction.logits.detach().argmax(1) == samples.labels).sum() * (100.0 / std::max(count, 1.0));
  const at::Tensor positives = samples.is_positive.nonzero().flatten();
  const at::Tensor deltas =
      deltas_of_labels(prediction.deltas.index_select(0, positives), samples.labels.index_select(0, positives), head);
  const at::Tensor targets = box_targets(samples, config).index_select(0, positives);
  const at::Tensor loss =
      config.is_giou ? ops::giou_loss(config.coder.decode(samples.rois.index_select(0, positives).slice(1, 1), deltas),
                                      targets, {}, count)
                     : ops::l1_loss(deltas, targets, {}, count);
  losses.boxes = config.weight * loss;
  return losses;
}

at::Tensor best_labels(const at::Tensor& logits) { return logits.slice(1, 0, logits.size(1) - 1).argmax(1); }

at::Tensor refine_rois(const at::Tensor& rois, const at::Tensor& labels, const BoxPrediction& prediction,
                       const std::vector<PictureInfo>& pictures, const BoxHeadConfig& head,
                       const ops::BoxCoder& coder) {
  const at::NoGradGuard no_grad;
  const at::Tensor deltas = deltas_of_labels(prediction.deltas, labels, head);
  const at::Tensor boxes = coder.decode(rois.slice(1, 1), deltas);
  const std::vector<at::Tensor> parts = by_picture(boxes, rois, static_cast<int64_t>(pictures.size()));
  std::vector<at::Tensor> clamped;
  for (size_t i = 0; i < parts.size(); ++i) clamped.push_back(ops::clamp_boxes(parts[i], pictures[i].size));
  return as_rois(clamped);
}

}  // namespace itpn
