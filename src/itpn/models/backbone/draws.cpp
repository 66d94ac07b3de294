#include "itpn/models/backbone/draws.h"

#include <torch/torch.h>

#include "itpn/core/philox.h"

namespace itpn {
namespace {

// (B, count): row b comes from the stream of sample b, so that a sample's numbers do not depend on its batch.
at::Tensor uniforms(const DrawKey& key, Purpose purpose, int64_t count) {
  const auto batch = static_cast<int64_t>(key.positions.size());
  at::Tensor draws = torch::empty({batch, count}, torch::kFloat32);
  float* next = draws.data_ptr<float>();
  for (const uint64_t position : key.positions) {
    RandomStream stream(key.seed, purpose, key.epoch, position);
    // 24 bits, so that no value rounds up to 1.
    for (int64_t i = 0; i < count; ++i) *next++ = static_cast<float>(stream.next_u32() >> 8) * 0x1p-24F;
  }
  return draws;
}

}  // namespace

at::Tensor mask_noise(const DrawKey& key, int64_t count) { return uniforms(key, Purpose::kMask, count); }

at::Tensor drop_path_draws(const DrawKey& key, int64_t sites) {
  return uniforms(key, Purpose::kDropPath, sites).t().contiguous();
}

}  // namespace itpn
