#include "itpn/ops/soft_nms.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace itpn::ops {
namespace {

struct ScoredBox {
  float x1, y1, x2, y2, score;
  int64_t index;
  float area() const { return (x2 - x1) * (y2 - y1); }
};

float iou_of(const ScoredBox& a, const ScoredBox& b) {
  const float width = std::max(0.0F, std::min(a.x2, b.x2) - std::max(a.x1, b.x1));
  const float height = std::max(0.0F, std::min(a.y2, b.y2) - std::max(a.y1, b.y1));
  const float inner = width * height;
  return inner / (a.area() + b.area() - inner);
}

float weight_of(float iou, const SoftNmsConfig& config) {
  if (config.decay == Decay::kGaussian) return std::exp(-(iou * iou) / static_cast<float>(config.sigma));
  if (!(iou >= static_cast<float>(config.iou_threshold))) return 1.0F;
  return config.decay == Decay::kLinear ? 1.0F - iou : 0.0F;
}

std::vector<ScoredBox> scored_boxes(const at::Tensor& boxes, const at::Tensor& scores) {
  const at::Tensor corners = boxes.cpu().contiguous(), values = scores.cpu().contiguous();
  const float *c = corners.const_data_ptr<float>(), *s = values.const_data_ptr<float>();
  std::vector<ScoredBox> found;
  for (int64_t i = 0; i < boxes.size(0); ++i, c += 4) found.push_back({c[0], c[1], c[2], c[3], s[i], i});
  return found;
}

// Decays all behind `first`; what falls too low makes room for the last.
void decay_rest(std::vector<ScoredBox>& boxes, size_t first, const SoftNmsConfig& config) {
  const ScoredBox best = boxes[first];
  for (size_t i = first + 1; i < boxes.size();) {
    boxes[i].score *= weight_of(iou_of(best, boxes[i]), config);
    if (boxes[i].score < static_cast<float>(config.min_score)) {
      boxes[i] = boxes.back();
      boxes.pop_back();
    } else {
      ++i;
    }
  }
}

}  // namespace

SoftNmsResult soft_nms(const at::Tensor& boxes, const at::Tensor& scores, const SoftNmsConfig& config) {
  const at::NoGradGuard no_grad;
  std::vector<ScoredBox> list = scored_boxes(boxes, scores);
  for (size_t i = 0; i < list.size(); ++i) {
    const auto best = std::max_element(list.begin() + static_cast<int64_t>(i), list.end(),
                                       [](const ScoredBox& a, const ScoredBox& b) { return a.score < b.score; });
    std::swap(list[i], *best);
    decay_rest(list, i, config);
  }
  std::vector<int64_t> indices;
  std::vector<float> decayed;
  for (const ScoredBox& box : list) {
    indices.push_back(box.index);
    decayed.push_back(box.score);
  }
  return {torch::tensor(indices, torch::kInt64).to(boxes.device()),
          torch::tensor(decayed, torch::kFloat32).to(boxes.device())};
}

SoftNmsResult batched_soft_nms(const at::Tensor& boxes, const at::Tensor& scores, const at::Tensor& ids,
                               const SoftNmsConfig& config) {
  const at::NoGradGuard no_grad;
  if (boxes.size(0) == 0) return soft_nms(boxes, scores, config);
  return soft_nms(boxes + (ids.to(boxes.scalar_type()) * (boxes.max() + 1)).unsqueeze(1), scores, config);
}

}  // namespace itpn::ops
