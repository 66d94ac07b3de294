#include "itpn/tasks/pretrain/distill_masks.h"

#include <torch/torch.h>

#include <algorithm>

#include "itpn/core/philox.h"
#include "itpn/data/transforms/block_mask.h"

namespace itpn {
namespace {

torch::Tensor random_patches(const DrawKey& key, double ratio, int64_t patches) {
  const int64_t kept = kept_patches(patches, ratio);
  const torch::Tensor rank = mask_noise(key, patches).argsort(/*stable=*/true, 1).argsort(/*stable=*/true, 1);
  return rank.ge(kept);
}

}  // namespace

torch::Tensor draw_hidden(const DrawKey& key, const MaskConfig& config, int64_t rows, int64_t columns) {
  if (config.kind == "random") return random_patches(key, config.ratio, rows * columns);
  const BlockMaskConfig blocks{.rows = static_cast<int>(rows),
                               .columns = static_cast<int>(columns),
                               .hidden = static_cast<int>(config.hidden_patches),
                               .min_block = static_cast<int>(config.min_block),
                               .max_block = static_cast<int>(config.max_block)};
  torch::Tensor hidden = torch::empty({static_cast<int64_t>(key.positions.size()), rows * columns}, torch::kBool);
  bool* next = hidden.data_ptr<bool>();
  for (const uint64_t position : key.positions) {
    RandomStream draws(key.seed, Purpose::kMask, key.epoch, position);
    const BlockMask mask = block_mask(draws, blocks);
    next = std::transform(mask.is_hidden.begin(), mask.is_hidden.end(), next, [](uint8_t one) { return one != 0; });
  }
  return hidden;
}

}  // namespace itpn
