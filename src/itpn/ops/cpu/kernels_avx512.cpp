#include "itpn/ops/cpu/attention_kernels.inl"
#include "itpn/ops/cpu/roi_kernels.inl"

namespace itpn::cpu {

extern const Kernels kAvx512Kernels;
const Kernels kAvx512Kernels = {row_kernels<float>(), row_kernels<uint16_t>(), attention_kernels<float>(),
                                attention_kernels<uint16_t>(), roi_kernels()};

}  // namespace itpn::cpu
