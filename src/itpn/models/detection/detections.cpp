#include "itpn/models/detection/detections.h"

#include <torch/torch.h>

#include "itpn/ops/nms.h"

namespace itpn {
namespace {

// Kept ones of candidates, by falling score, with their scores as NMS leaves them.
ops::SoftNmsResult suppress(const at::Tensor& boxes, const at::Tensor& scores, const at::Tensor& labels,
                            const DetectionConfig& config) {
  if (config.soft) return ops::batched_soft_nms(boxes, scores, labels, *config.soft);
  const at::Tensor keep = ops::batched_nms(boxes, scores, labels, config.iou_threshold);
  return {keep, scores.index_select(0, keep)};
}

}  // namespace

Detections select_detections(const at::Tensor& boxes, const at::Tensor& scores, const DetectionConfig& config) {
  const at::NoGradGuard no_grad;
  const int64_t R = scores.size(0), K = scores.size(1) - 1;
  TORCH_CHECK(boxes.dim() == 2 && boxes.size(0) == R && (boxes.size(1) == 4 || boxes.size(1) == 4 * K),
              "boxes (R, 4 K) and scores (R, K + 1) wanted, got ", boxes.sizes(), " and ", scores.sizes());
  const at::Tensor by_class = boxes.reshape({R, boxes.size(1) / 4, 4}).expand({R, K, 4}).reshape({-1, 4});  // (R K, 4)
  const at::Tensor flat = scores.slice(1, 0, K).flatten();
  const at::Tensor likely = (flat > config.least_score).nonzero().flatten();
  const at::Tensor labels = likely.remainder(std::max<int64_t>(K, 1));
  const at::Tensor candidates = by_class.index_select(0, likely);
  ops::SoftNmsResult kept = suppress(candidates, flat.index_select(0, likely), labels, config);
  kept.indices = kept.indices.slice(0, 0, config.most);
  return {candidates.index_select(0, kept.indices), kept.scores.slice(0, 0, config.most),
          labels.index_select(0, kept.indices)};
}

}  // namespace itpn
