// A batch that suits the pictures, where the recipe leaves it open.
#pragma once

#include <cstdint>

#include "itpn/data/data_config.h"
#include "itpn/engine/run_config.h"

namespace itpn {

// The usual batch of whatever has no other published one.
inline constexpr int64_t kUsualBatch = 64;

// The batch of one optimiser step for `pictures` pictures: `usual`, or for fewer pictures the largest power of two that
// gives an epoch of 20 steps (at least 8, and never more than there are); a multiple of `processes`, if it can be.
int64_t fitting_batch(int64_t pictures, int64_t usual, int64_t processes);

// Gives train.global_batch_size = 0 its value, at most `usual`, lowers train.micro_batch_size to what divides it, and
// says so in one line where it is not the usual one.
void settle_batch(int64_t pictures, int64_t usual, TrainConfig* train);
// The same for those of `data`, whose source is settled: opens it to count them.
void settle_batch(const DataConfig& data, int64_t usual, TrainConfig* train);

}  // namespace itpn
