#include "itpn/optim/update_kernels.inl"

namespace itpn::detail {
extern const UpdateKernels kUpdateKernelsPlain;
const UpdateKernels kUpdateKernelsPlain = kKernels;
}  // namespace itpn::detail
