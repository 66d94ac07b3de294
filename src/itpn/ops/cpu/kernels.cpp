#include "itpn/ops/cpu/kernels.h"

namespace itpn::cpu {
namespace {

const Kernels* choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return &kAvx512Kernels;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kAvx2Kernels;
#endif
  return nullptr;
}

}  // namespace

const Kernels* kernels() {
  static const Kernels* const chosen = choose();
  return chosen;
}

const char* kernels_name() {
  if (!kernels()) return "none";
#if defined(__x86_64__)
  return kernels() == &kAvx512Kernels ? "avx512" : "avx2";
#else
  return "plain";
#endif
}

int64_t attention_scratch(const HeadShape& shape) {
  // Seven matrices of L x d and four of 96 rows, in whole vectors of 16.
  const int64_t L = (shape.length + 15) / 16 * 16, d = (shape.dim + 15) / 16 * 16;
  return 7 * L * d + 2 * 96 * L + 96 * d + 16 * 16;
}

}  // namespace itpn::cpu
