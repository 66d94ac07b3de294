#include "itpn/ops/nms.h"

#include <torch/torch.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "itpn/ops/box_overlap.h"
#include "itpn/ops/cpu/nms_kernels.h"

namespace itpn::ops {
namespace {

void check_nms(const at::Tensor& boxes, const at::Tensor& scores) {
  TORCH_CHECK(boxes.dim() == 2 && boxes.size(1) == 4 && scores.dim() == 1 && scores.size(0) == boxes.size(0),
              "nms wants boxes (N, 4) and scores (N), got ", boxes.sizes(), " and ", scores.sizes());
}

// Sorts as the float does, the largest first; not-a-number comes where its bits say.
uint32_t falling_key(float score) {
  uint32_t bits = 0;
  score += 0.0F;  // -0 is 0
  std::memcpy(&bits, &score, sizeof(bits));
  const uint32_t rising = (bits & 0x80000000U) ? ~bits : bits | 0x80000000U;
  return ~rising;
}

// Indices by falling score, ties by rising index.
std::vector<uint32_t> order_of(const float* scores, int64_t count) {
  std::vector<uint64_t> keys(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    keys[static_cast<size_t>(i)] = static_cast<uint64_t>(falling_key(scores[i])) << 32 | static_cast<uint64_t>(i);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<uint32_t> order(keys.size());
  std::transform(keys.begin(), keys.end(), order.begin(), [](uint64_t key) { return static_cast<uint32_t>(key); });
  return order;
}

// The boxes that are kept, coordinate by coordinate, in memory that the kernel may read in whole blocks.
class KeptBoxes {
 public:
  explicit KeptBoxes(int64_t most)
      : stride_((most / cpu::kNmsBlock + 1) * cpu::kNmsBlock), values_(static_cast<size_t>(5 * stride_)) {}

  int64_t count() const { return count_; }
  cpu::BoxColumns columns() const {
    const float* start = values_.data();
    return {start, start + stride_, start + 2 * stride_, start + 3 * stride_, start + 4 * stride_};
  }
  void add(const cpu::OneBox& box) {
    float* at = values_.data() + count_++;
    for (const float value : {box.x1, box.y1, box.x2, box.y2, box.area}) {
      *at = value;
      at += stride_;
    }
  }

 private:
  int64_t stride_, count_ = 0;
  std::vector<float> values_;
};

at::Tensor nms_on_cpu(const at::Tensor& boxes, const at::Tensor& scores, float threshold) {
  const at::Tensor corners = boxes.contiguous().to(torch::kFloat32), values = scores.contiguous().to(torch::kFloat32);
  const float* from = corners.const_data_ptr<float>();
  const cpu::OverlapsAny overlaps = cpu::overlaps_any();
  KeptBoxes kept(boxes.size(0));
  std::vector<int64_t> keep;
  for (const uint32_t i : order_of(values.const_data_ptr<float>(), boxes.size(0))) {
    const float* c = from + 4 * static_cast<int64_t>(i);
    const cpu::OneBox box = {c[0], c[1], c[2], c[3], (c[2] - c[0]) * (c[3] - c[1])};
    if (overlaps(kept.columns(), kept.count(), box, threshold)) continue;
    kept.add(box);
    keep.push_back(i);
  }
  return torch::tensor(keep, torch::kInt64);
}

// (rows, M) bool: does box i of `a` overlap box j of `b` by more than the threshold?
at::Tensor overlaps_more(const at::Tensor& a, const at::Tensor& b, double threshold) {
  const at::Tensor low = torch::maximum(a.slice(1, 0, 2).unsqueeze(1), b.slice(1, 0, 2));
  const at::Tensor sides = (torch::minimum(a.slice(1, 2, 4).unsqueeze(1), b.slice(1, 2, 4)) - low).clamp_min(0);
  const at::Tensor inner = sides.select(2, 0) * sides.select(2, 1);
  return inner / (box_areas(a).unsqueeze(1) + box_areas(b) - inner) > threshold;
}

// (N, N) bool, in pieces so that the temporaries stay small.
at::Tensor overlap_matrix(const at::Tensor& boxes, double threshold) {
  constexpr int64_t kRows = 1024;
  std::vector<at::Tensor> rows;
  for (const at::Tensor& piece : boxes.split(kRows)) rows.push_back(overlaps_more(piece, boxes, threshold));
  return torch::cat(rows).triu(1);
}

}  // namespace

at::Tensor nms(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold) {
  check_nms(boxes, scores);
  const at::NoGradGuard no_grad;
  if (!boxes.is_cpu()) return nms_by_matrix(boxes, scores, iou_threshold);
  return nms_on_cpu(boxes, scores, static_cast<float>(iou_threshold));
}

at::Tensor nms_by_matrix(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold) {
  check_nms(boxes, scores);
  const at::NoGradGuard no_grad;
  const at::Tensor order = std::get<1>(scores.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  if (order.numel() == 0) return order;
  const at::Tensor suppresses = overlap_matrix(boxes.index_select(0, order), iou_threshold);
  at::Tensor is_kept = torch::ones_like(order, torch::kBool);
  for (;;) {
    const at::Tensor next = suppresses.logical_and(is_kept.unsqueeze(1)).any(0).logical_not();
    if (torch::equal(next, is_kept)) return order.masked_select(is_kept);
    is_kept = next;
  }
}

at::Tensor batched_nms(const at::Tensor& boxes, const at::Tensor& scores, const at::Tensor& ids, double iou_threshold) {
  check_nms(boxes, scores);
  TORCH_CHECK(ids.sizes() == scores.sizes(), "batched_nms wants an id for each of ", scores.sizes(), ", got ",
              ids.sizes());
  if (boxes.size(0) == 0) return torch::empty({0}, ids.options().dtype(torch::kInt64));
  const at::NoGradGuard no_grad;
  const at::Tensor apart = boxes + (ids.to(boxes.scalar_type()) * (boxes.max() + 1)).unsqueeze(1);
  if (boxes.size(0) < kMostTogether) return nms(apart, scores, iou_threshold);
  std::vector<at::Tensor> kept;
  for (const at::Tensor& id : std::get<0>(at::_unique(ids.cpu())).unbind()) {
    const at::Tensor own = (ids == id.item<int64_t>()).nonzero().flatten();
    kept.push_back(own.index_select(0, nms(apart.index_select(0, own), scores.index_select(0, own), iou_threshold)));
  }
  const at::Tensor all = std::get<0>(torch::cat(kept).sort());
  return all.index_select(0, std::get<1>(scores.index_select(0, all).sort(/*stable=*/true, 0, /*descending=*/true)));
}

}  // namespace itpn::ops
