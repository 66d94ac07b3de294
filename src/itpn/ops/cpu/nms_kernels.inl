// Body of OverlapsAny; see nms_kernels.h.
#pragma once

#include "itpn/core/simd.inl"
#include "itpn/ops/cpu/nms_kernels.h"

namespace itpn::cpu {
namespace {

using namespace simd;  // NOLINT: both namespaces are internal to the including file

struct PairAreas {
  Floats inner, both;  // of the intersection and of the union
};

[[gnu::always_inline]] inline Floats smaller(Floats a, Floats b) { return a < b ? a : b; }

[[gnu::always_inline]] inline PairAreas areas_at(const BoxColumns& boxes, int64_t i, const OneBox& box) {
  const Floats width = smaller(load(boxes.x2 + i), splat(box.x2)) - larger(load(boxes.x1 + i), splat(box.x1));
  const Floats height = smaller(load(boxes.y2 + i), splat(box.y2)) - larger(load(boxes.y1 + i), splat(box.y1));
  const Floats inner = larger(width, Floats{}) * larger(height, Floats{});
  return {inner, load(boxes.area + i) + box.area - inner};
}

inline bool any_lane(Ints x) {
  int32_t any = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) any |= x[lane];
  return any != 0;
}

// Lanes [i, count) count.
inline Ints inside(int64_t i, int64_t count) {
  constexpr Ints kIndex = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return kIndex < static_cast<int32_t>(count - i);
}

// The definition: a quotient, rounded as a division is.
inline bool block_overlaps_exactly(const BoxColumns& boxes, int64_t begin, int64_t count, const OneBox& box,
                                   float threshold) {
  Ints hit = {};
  for (int64_t i = begin; i < begin + kNmsBlock; i += kLanes) {
    const PairAreas areas = areas_at(boxes, i, box);
    hit |= (areas.inner / areas.both > threshold) & inside(i, count);
  }
  return any_lane(hit);
}

// Divisions are slow, so the product decides where it is clear; `kDoubt` of the union covers all rounding.
inline bool overlaps_any_body(const BoxColumns& boxes, int64_t count, const OneBox& box, float threshold) {
  constexpr float kDoubt = 1e-6F;
  for (int64_t begin = 0; begin < count; begin += kNmsBlock) {
    Ints maybe = {};
    for (int64_t i = begin; i < begin + kNmsBlock; i += kLanes) {
      const PairAreas areas = areas_at(boxes, i, box);
      maybe |= (areas.inner >= (threshold - kDoubt) * areas.both) & inside(i, count);
    }
    if (any_lane(maybe) && block_overlaps_exactly(boxes, begin, count, box, threshold)) return true;
  }
  return false;
}

}  // namespace
}  // namespace itpn::cpu
