// In which order an epoch shows the samples: a pseudo-random permutation that is computed, not stored, so that any
// process can ask for any position of any epoch at no cost in time or memory.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "itpn/structures/reordering.h"

namespace itpn {

// A bijection of 0 .. size - 1: a Feistel network over the next even power of two, repeated until the value lies below
// size (cycle walking; fewer than 4 rounds on average).
class Permutation {
 public:
  static constexpr int kRounds = 6;
  using Keys = std::array<uint64_t, kRounds>;

  Permutation(uint64_t size, const Keys& keys);
  uint64_t operator()(uint64_t value) const;

 private:
  uint64_t walk(uint64_t value) const;

  uint64_t size_;
  int half_bits_;
  Keys keys_;
};

// The order of an epoch, keyed by (seed, epoch).
class SampleOrder {
 public:
  // Throws std::invalid_argument unless 0 < size < 2^62.
  // The rest of the epoch is shuffled anew at each of `reorderings` that is one of this epoch, the earliest first.
  SampleOrder(int64_t size, uint64_t seed, uint64_t epoch, bool is_shuffled = true,
              const std::vector<Reordering>& reorderings = {});
  // The index of the sample at `position` of the epoch.
  int64_t index_at(int64_t position) const;

 private:
  struct Rest {
    uint64_t from;
    Permutation order;
  };

  uint64_t size_;
  bool is_shuffled_;
  Permutation whole_;
  std::vector<Rest> rests_;
};

}  // namespace itpn
