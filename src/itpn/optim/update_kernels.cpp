#include "itpn/optim/update_kernels.h"

namespace itpn {
namespace {

const UpdateKernels& choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return detail::kUpdateKernelsAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return detail::kUpdateKernelsAvx2;
#endif
  return detail::kUpdateKernelsPlain;
}

}  // namespace

const UpdateKernels& update_kernels() {
  static const UpdateKernels& chosen = choose();
  return chosen;
}

const char* update_kernels_name() {
#if defined(__x86_64__)
  if (&update_kernels() == &detail::kUpdateKernelsAvx512) return "avx512";
  if (&update_kernels() == &detail::kUpdateKernelsAvx2) return "avx2";
#endif
  return "plain";
}

}  // namespace itpn
