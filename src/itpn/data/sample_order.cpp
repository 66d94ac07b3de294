#include "itpn/data/sample_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace itpn {
namespace {

uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 32)) * 0xD6E8FEB86659FD93ULL;
  x = (x ^ (x >> 32)) * 0xD6E8FEB86659FD93ULL;
  return x ^ (x >> 32);
}

// `number` 0 is the order without a reordering; numbers count the attempts at one point and stay far below 2^32.
Permutation::Keys keys_of(const OrderKey& key, int64_t number) {
  const uint64_t which = uint64_t{key.part} << 32 | static_cast<uint64_t>(number);
  RandomStream stream(key.seed, Purpose::kSampleOrder, key.epoch, which);
  Permutation::Keys keys{};
  for (auto& word : keys) word = stream.next_u64();
  return keys;
}

uint64_t checked_size(int64_t size) {
  if (size <= 0 || size >= int64_t{1} << 62) throw std::invalid_argument(fmt::format("an order of {} samples", size));
  return static_cast<uint64_t>(size);
}

}  // namespace

Permutation::Permutation(uint64_t size, const Keys& keys)
    : size_(size), half_bits_(std::max(1, (static_cast<int>(std::bit_width(size - 1)) + 1) / 2)), keys_(keys) {}

uint64_t Permutation::walk(uint64_t value) const {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = value >> half_bits_, right = value & mask;
  for (const uint64_t key : keys_) {
    const uint64_t next = left ^ (mix(right + key) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

uint64_t Permutation::operator()(uint64_t value) const {
  do value = walk(value);
  while (value >= size_);
  return value;
}

SampleOrder::SampleOrder(int64_t size, const OrderKey& key, bool is_shuffled,
                         const std::vector<Reordering>& reorderings)
    : size_(checked_size(size)), is_shuffled_(is_shuffled), whole_(size_, keys_of(key, 0)) {
  for (const Reordering& reordering : reorderings) {
    if (reordering.epoch != key.epoch) continue;
    if (reordering.from < 0 || reordering.from >= size) continue;  // fewer pictures than there were
    const auto start = static_cast<uint64_t>(reordering.from);
    rests_.push_back({start, Permutation(size_ - start, keys_of(key, reordering.number))});
  }
}

int64_t SampleOrder::index_at(int64_t position) const {
  auto value = static_cast<uint64_t>(position);
  if (value >= size_) throw std::invalid_argument(fmt::format("position {} of {} samples", position, size_));
  if (!is_shuffled_) return position;
  // A later reordering shuffles what the earlier ones have left, so it is the first to be asked.
  for (auto rest = rests_.rbegin(); rest != rests_.rend(); ++rest) {
    if (value >= rest->from) value = rest->from + rest->order(value - rest->from);
  }
  return static_cast<int64_t>(whole_(value));
}

int64_t SampleOrder::substitute_at(int64_t, RandomStream& draws) const {
  return draws.integer(0, static_cast<int64_t>(size_) - 1);
}

}  // namespace itpn
