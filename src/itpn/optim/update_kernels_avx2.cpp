#include "itpn/optim/update_kernels.inl"

namespace itpn::detail {
extern const UpdateKernels kUpdateKernelsAvx2;
const UpdateKernels kUpdateKernelsAvx2 = kKernels;
}  // namespace itpn::detail
