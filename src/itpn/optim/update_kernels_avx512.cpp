#include "itpn/optim/update_kernels.inl"

namespace itpn::detail {
extern const UpdateKernels kUpdateKernelsAvx512;
const UpdateKernels kUpdateKernelsAvx512 = kKernels;
}  // namespace itpn::detail
