#include "itpn/ops/cpu/nms_kernels.inl"

namespace itpn::cpu {

bool overlaps_any_plain(const BoxColumns& boxes, int64_t count, const OneBox& box, float threshold) {
  return overlaps_any_body(boxes, count, box, threshold);
}

OverlapsAny overlaps_any() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return overlaps_any_avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return overlaps_any_avx2;
#endif
  return overlaps_any_plain;
}

}  // namespace itpn::cpu
