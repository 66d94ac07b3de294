#include "itpn/models/detection/proposals.h"

#include <torch/torch.h>

#include "itpn/ops/nms.h"

namespace itpn {
namespace {

// Boxes of one picture with the map each is from.
struct Candidates {
  std::vector<at::Tensor> boxes, scores, levels;
};

// The best of one map: anchors [begin, begin + count).
void add_level(Candidates& candidates, const RpnOutput& output, int64_t image, int64_t level, int64_t begin,
               const PictureInfo& picture, const ProposalConfig& config) {
  const int64_t count = output.counts[static_cast<size_t>(level)];
  const at::Tensor scores = output.scores[image].slice(0, begin, begin + count).sigmoid();
  auto [sorted, order] = scores.sort(/*stable=*/true, 0, /*descending=*/true);
  sorted = sorted.slice(0, 0, config.before_nms);
  const at::Tensor best = order.slice(0, 0, config.before_nms) + begin;
  candidates.boxes.push_back(ops::BoxCoder{}.decode(output.anchors.index_select(0, best),
                                                    output.deltas[image].index_select(0, best), picture.size));
  candidates.scores.push_back(sorted);
  candidates.levels.push_back(torch::full_like(best, level));
}

ScoredBoxes best_of(const Candidates& candidates, const ProposalConfig& config) {
  at::Tensor boxes = torch::cat(candidates.boxes), scores = torch::cat(candidates.scores);
  at::Tensor levels = torch::cat(candidates.levels);
  const at::Tensor has_area = (boxes.select(1, 2) > boxes.select(1, 0))
                                  .logical_and(boxes.select(1, 3) > boxes.select(1, 1))
                                  .nonzero()
                                  .flatten();
  boxes = boxes.index_select(0, has_area);
  scores = scores.index_select(0, has_area);
  const at::Tensor keep =
      ops::batched_nms(boxes, scores, levels.index_select(0, has_area), config.iou_threshold).slice(0, 0, config.most);
  return {boxes.index_select(0, keep), scores.index_select(0, keep)};
}

}  // namespace

std::vector<ScoredBoxes> propose(const RpnOutput& output, const std::vector<PictureInfo>& pictures,
                                 const ProposalConfig& config) {
  const at::NoGradGuard no_grad;
  std::vector<ScoredBoxes> proposals;
  for (size_t image = 0; image < pictures.size(); ++image) {
    Candidates candidates;
    int64_t begin = 0;
    for (size_t level = 0; level < output.counts.size(); ++level) {
      add_level(candidates, output, static_cast<int64_t>(image), static_cast<int64_t>(level), begin, pictures[image],
                config);
      begin += output.counts[level];
    }
    proposals.push_back(best_of(candidates, config));
  }
  return proposals;
}

}  // namespace itpn
