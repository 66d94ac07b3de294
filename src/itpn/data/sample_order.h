// In which order an epoch shows the samples: a pseudo-random permutation that is computed, not stored, so that any
// process can ask for any position of any epoch at no cost in time or memory.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "itpn/core/philox.h"
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

// Which sample an epoch shows at which position. Readers may be many threads at once.
class EpochOrder {
 public:
  virtual ~EpochOrder() = default;
  // The index of the sample at `position` of the epoch.
  virtual int64_t index_at(int64_t position) const = 0;
  // The index of one that may stand in for the sample at `position`: any of those that could have come there.
  virtual int64_t substitute_at(int64_t position, RandomStream& draws) const = 0;
};

// Orders of different keys are independent of each other.
struct OrderKey {
  uint64_t seed = 0;
  uint64_t epoch = 0;
  uint32_t part = 0;  // of the epoch, where several orders make it up
};

// All samples in one order.
class SampleOrder final : public EpochOrder {
 public:
  // Throws std::invalid_argument unless 0 < size < 2^62.
  // The rest of the epoch is shuffled anew at each of `reorderings` that is one of this epoch, the earliest first.
  SampleOrder(int64_t size, const OrderKey& key, bool is_shuffled = true,
              const std::vector<Reordering>& reorderings = {});
  SampleOrder(int64_t size, uint64_t seed, uint64_t epoch, bool is_shuffled = true,
              const std::vector<Reordering>& reorderings = {})
      : SampleOrder(size, {seed, epoch}, is_shuffled, reorderings) {}
  int64_t index_at(int64_t position) const override;
  int64_t substitute_at(int64_t position, RandomStream& draws) const override;

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
