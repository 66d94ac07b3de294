// Random numbers of a training step, as functions of the sample alone.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace itpn {

// What a step's random numbers depend on: nothing else.
struct DrawKey {
  uint64_t seed = 0;
  uint64_t epoch = 0;
  std::vector<uint64_t> positions;  // global sample positions of the batch
};

// (B, count) noise in [0, 1) on the CPU that decides which patches are hidden.
at::Tensor mask_noise(const DrawKey& key, int64_t count);

// (sites, B) draws in [0, 1) on the CPU for stochastic depth, see Hivit::drop_path_sites().
at::Tensor drop_path_draws(const DrawKey& key, int64_t sites);

}  // namespace itpn
