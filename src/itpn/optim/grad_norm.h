// Global size of a gradient: to see that it is finite before anything is updated, to log it, and to clip by it.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace itpn {

// L2 norm over all entries of all tensors (undefined ones count as zero) as an fp32 scalar on their device; NaN or
// infinite if any entry is. The same bits for any number of CPU threads.
at::Tensor grad_norm(const std::vector<at::Tensor>& gradients);

// The factor that brings a gradient of this norm down to `max_norm`: min(1, max_norm / (norm + 1e-6)); 1 where max_norm
// is 0, which means no clipping.
double clip_factor(double norm, double max_norm);

}  // namespace itpn
