// In which order an epoch shows the samples: a pseudo-random permutation that is computed, not stored, so that any
// process can ask for any position of any epoch at no cost in time or memory.
#pragma once

#include <array>
#include <cstdint>

namespace itpn {

// A bijection of 0 .. size - 1, keyed by (seed, epoch): a Feistel network over the next even power of two, repeated
// until the value lies below size (cycle walking; fewer than 4 rounds on average).
class SampleOrder {
 public:
  // Throws std::invalid_argument unless 0 < size < 2^62.
  SampleOrder(int64_t size, uint64_t seed, uint64_t epoch, bool is_shuffled = true);
  // The index of the sample at `position` of the epoch.
  int64_t index_at(int64_t position) const;

 private:
  static constexpr int kRounds = 6;
  uint64_t permute(uint64_t value) const;

  uint64_t size_;
  bool is_shuffled_;
  int half_bits_ = 1;
  std::array<uint64_t, kRounds> keys_{};
};

}  // namespace itpn
