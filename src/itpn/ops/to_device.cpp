#include "itpn/ops/to_device.h"

#include <ATen/DeviceAccelerator.h>
#include <torch/torch.h>

namespace itpn::ops {

at::Tensor to_device(const at::Tensor& host, at::Device device) {
  if (device.is_cpu()) return host;
  const bool is_staged = at::accelerator::isAccelerator(device.type());
  return (is_staged ? host.pin_memory() : host).to(device, /*non_blocking=*/true);
}

at::TensorOptions staging_options(at::ScalarType dtype, at::Device device) {
  return at::TensorOptions(dtype).pinned_memory(at::accelerator::isAccelerator(device.type()));
}

}  // namespace itpn::ops
