// Which patches are hidden from the student of CLIP-supervised pre-training.
#pragma once

#include <torch/types.h>

#include "itpn/models/backbone/draws.h"
#include "itpn/models/mim/mim_config.h"

namespace itpn {

// (B, rows * columns) bool on the CPU, true where a patch is hidden; a function of the seed, the epoch and each
// sample's position alone. Blocks are drawn by data/transforms/block_mask.h (spec-model 6.6).
torch::Tensor draw_hidden(const DrawKey& key, const MaskConfig& config, int64_t rows, int64_t columns);

}  // namespace itpn
