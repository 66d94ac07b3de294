// The inner loop of non-maximum suppression on raw memory. Torch-free. Compiled for each instruction set without fused
// products, so that a decision never depends on the machine.
#pragma once

#include <cstdint>

namespace itpn::cpu {

// Corners and areas, each coordinate by itself.
struct BoxColumns {
  const float *x1, *y1, *x2, *y2, *area;
};

struct OneBox {
  float x1, y1, x2, y2, area;
};

// Does any of the first `count` boxes overlap `box` by more than `threshold` (IoU, >= 0)? Boxes without an area never
// do. The columns must be readable up to the next multiple of kNmsBlock.
using OverlapsAny = bool (*)(const BoxColumns& boxes, int64_t count, const OneBox& box, float threshold);

inline constexpr int64_t kNmsBlock = 64;

// The loop for the best instruction set of this machine.
OverlapsAny overlaps_any();

bool overlaps_any_plain(const BoxColumns& boxes, int64_t count, const OneBox& box, float threshold);
#if defined(__x86_64__)
bool overlaps_any_avx2(const BoxColumns& boxes, int64_t count, const OneBox& box, float threshold);
bool overlaps_any_avx512(const BoxColumns& boxes, int64_t count, const OneBox& box, float threshold);
#endif

}  // namespace itpn::cpu
