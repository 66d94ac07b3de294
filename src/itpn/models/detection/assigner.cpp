#include "itpn/models/detection/assigner.h"

#include <torch/torch.h>

#include "itpn/ops/box_overlap.h"

namespace itpn {
namespace {

// (G, N) IoU; -1 for boxes in ignored regions.
at::Tensor overlaps_of(const at::Tensor& boxes, const at::Tensor& objects, const AssignerConfig& config,
                       const at::Tensor& ignored) {
  const at::Tensor overlaps = ops::pairwise_overlap(objects, boxes, ops::Overlap::kIou);
  if (config.ignored <= 0 || !ignored.defined() || ignored.size(0) == 0 || boxes.size(0) == 0) return overlaps;
  const at::Tensor shares = config.is_share_of_box
                                ? std::get<0>(ops::pairwise_overlap(boxes, ignored, ops::Overlap::kIof).max(1))
                                : std::get<0>(ops::pairwise_overlap(ignored, boxes, ops::Overlap::kIof).max(0));
  return overlaps.masked_fill((shares > config.ignored).unsqueeze(0), -1);
}

// (N): 1 + the last object that has the box as a best one, 0 where none has.
at::Tensor best_of_objects(const at::Tensor& overlaps, const AssignerConfig& config) {
  const auto [best, first] = overlaps.max(1);  // (G)
  const at::Tensor number = torch::arange(1, overlaps.size(0) + 1, first.options()).unsqueeze(1);
  const at::Tensor is_owed = (best >= config.least_best).unsqueeze(1);
  at::Tensor is_best = overlaps == best.unsqueeze(1);
  if (!config.all_best) {
    is_best = torch::arange(overlaps.size(1), first.options()).unsqueeze(0) == first.unsqueeze(1);
  }
  return std::get<0>((is_best.logical_and(is_owed) * number).max(0));
}

}  // namespace

Assignment assign(const at::Tensor& boxes, const at::Tensor& objects, const AssignerConfig& config,
                  const at::Tensor& ignored) {
  const at::NoGradGuard no_grad;
  const auto ids = boxes.options().dtype(torch::kInt64);
  if (objects.size(0) == 0 || boxes.size(0) == 0) {
    return {torch::zeros({boxes.size(0)}, ids), torch::zeros({boxes.size(0)}, boxes.options())};
  }
  const at::Tensor overlaps = overlaps_of(boxes, objects, config, ignored);
  const auto [most, object] = overlaps.max(0);  // (N), the first object on ties
  at::Tensor assigned = torch::full_like(object, -1);
  assigned = assigned.masked_fill((most >= 0).logical_and(most < config.negative), 0);
  assigned = torch::where(most >= config.positive, object + 1, assigned);
  if (config.keep_best) {
    const at::Tensor owed = best_of_objects(overlaps, config);
    assigned = torch::where(owed > 0, owed, assigned);
  }
  return {assigned, most};
}

}  // namespace itpn
