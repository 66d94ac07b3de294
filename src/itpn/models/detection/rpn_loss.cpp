#include "itpn/models/detection/rpn_loss.h"

#include <torch/torch.h>

#include <algorithm>

namespace itpn {
namespace {

// (levels, n) fp32: 1 where the anchor is of the map.
at::Tensor level_of(const at::Tensor& anchors, const std::vector<int64_t>& counts) {
  std::vector<at::Tensor> rows;
  int64_t begin = 0;
  for (const int64_t count : counts) {
    rows.push_back((anchors >= begin).logical_and(anchors < begin + count));
    begin += count;
  }
  return torch::stack(rows).to(torch::kFloat32);
}

// The loss of each entry (n) or (n, 4) summed up by map.
at::Tensor sum_by_level(const at::Tensor& losses, const at::Tensor& anchors, const std::vector<int64_t>& counts) {
  return torch::matmul(level_of(anchors, counts), losses.dim() > 1 ? losses.sum(1) : losses);
}

at::Tensor box_loss(const at::Tensor& deltas, const at::Tensor& targets, const RpnLossConfig& config) {
  return config.smooth ? ops::smooth_l1_terms(deltas, targets, *config.smooth) : (deltas - targets).abs();
}

}  // namespace

at::Tensor usable_anchors(const RpnOutput& output, const AnchorConfig& anchors, const std::vector<int64_t>& strides,
                          const PictureInfo& picture, double border) {
  std::vector<at::Tensor> valid;
  for (size_t i = 0; i < strides.size(); ++i) {
    valid.push_back(are_on_picture(anchors, strides[i], output.sizes[i], picture.padded, output.anchors.device()));
  }
  return torch::cat(valid).logical_and(are_within(output.anchors, picture.size, border));
}

RpnTargets rpn_targets(const RpnOutput& output, const at::Tensor& is_usable, const at::Tensor& objects,
                       const RpnLossConfig& config, RandomStream& stream) {
  const at::NoGradGuard no_grad;
  const at::Tensor usable = is_usable.nonzero().flatten();
  const Assignment assigned = assign(output.anchors.index_select(0, usable), objects, config.assigner);
  const Sample chosen = sample(assigned.objects, config.sampler, stream);
  const at::Tensor found = assigned.objects.index_select(0, chosen.positives) - 1;
  return {usable.index_select(0, chosen.positives), usable.index_select(0, chosen.negatives),
          objects.index_select(0, found)};
}

RpnLosses rpn_losses(const RpnOutput& output, const std::vector<RpnTargets>& targets, const RpnLossConfig& config,
                     const JointDivisor& joint) {
  RpnLosses losses;
  int64_t divisor = 0;
  for (size_t b = 0; b < targets.size(); ++b) {
    const RpnTargets& t = targets[b];
    const at::Tensor anchors = torch::cat({t.positives, t.negatives});
    const at::Tensor logits = output.scores[static_cast<int64_t>(b)].index_select(0, anchors);
    at::Tensor is_object = torch::zeros_like(logits);
    is_object.slice(0, 0, t.positives.size(0)).fill_(1);
    const at::Tensor of_scores = at::binary_cross_entropy_with_logits(logits, is_object, {}, {}, at::Reduction::None);
    const at::Tensor from = output.anchors.index_select(0, t.positives);
    const at::Tensor deltas = output.deltas[static_cast<int64_t>(b)].index_select(0, t.positives);
    const at::Tensor of_boxes = box_loss(deltas, ops::BoxCoder{}.encode(from, t.boxes), config);
    const at::Tensor scores = sum_by_level(of_scores, anchors, output.counts);
    const at::Tensor boxes = sum_by_level(of_boxes, t.positives, output.counts);
    losses.scores = b == 0 ? scores : losses.scores + scores;
    losses.boxes = b == 0 ? boxes : losses.boxes + boxes;
    divisor += std::max<int64_t>(1, t.positives.size(0)) + std::max<int64_t>(1, t.negatives.size(0));
  }
  const double shared = joint(static_cast<double>(divisor)) + ops::kLeastDivisor;
  return {losses.scores / shared, losses.boxes / shared};
}

}  // namespace itpn
