#include "itpn/ops/cpu/attention_kernels.inl"
#include "itpn/ops/cpu/roi_kernels.inl"

namespace itpn::cpu {

extern const Kernels kAvx2Kernels;
const Kernels kAvx2Kernels = {row_kernels<float>(), row_kernels<uint16_t>(), attention_kernels<float>(),
                              attention_kernels<uint16_t>(), roi_kernels()};

}  // namespace itpn::cpu
