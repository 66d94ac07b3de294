// From host memory to the device of a model, without a wait: a plain copy from pageable memory would hold the host
// until the device has done everything queued before it.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// `host` where the device is the CPU; else a copy on the device, through pinned memory, which the host does not wait
// for.
at::Tensor to_device(const at::Tensor& host, at::Device device);

// Options of a host tensor of that type that is going to be copied to the device: already in the memory that
// to_device() would stage it in.
at::TensorOptions staging_options(at::ScalarType dtype, at::Device device);

}  // namespace itpn::ops
