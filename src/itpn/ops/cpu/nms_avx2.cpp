#include "itpn/ops/cpu/nms_kernels.inl"

namespace itpn::cpu {

bool overlaps_any_avx2(const BoxColumns& boxes, int64_t count, const OneBox& box, float threshold) {
  return overlaps_any_body(boxes, count, box, threshold);
}

}  // namespace itpn::cpu
