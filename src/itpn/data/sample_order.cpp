#include "itpn/data/sample_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "itpn/core/philox.h"

namespace itpn {
namespace {

uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 32)) * 0xD6E8FEB86659FD93ULL;
  x = (x ^ (x >> 32)) * 0xD6E8FEB86659FD93ULL;
  return x ^ (x >> 32);
}

}  // namespace

SampleOrder::SampleOrder(int64_t size, uint64_t seed, uint64_t epoch, bool is_shuffled)
    : size_(static_cast<uint64_t>(size)), is_shuffled_(is_shuffled) {
  if (size <= 0 || size >= int64_t{1} << 62) throw std::invalid_argument(fmt::format("an order of {} samples", size));
  half_bits_ = std::max(1, (static_cast<int>(std::bit_width(size_ - 1)) + 1) / 2);
  RandomStream stream(seed, Purpose::kSampleOrder, epoch, 0);
  for (auto& key : keys_) key = stream.next_u64();
}

uint64_t SampleOrder::permute(uint64_t value) const {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = value >> half_bits_, right = value & mask;
  for (const uint64_t key : keys_) {
    const uint64_t next = left ^ (mix(right + key) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

int64_t SampleOrder::index_at(int64_t position) const {
  auto value = static_cast<uint64_t>(position);
  if (value >= size_) throw std::invalid_argument(fmt::format("position {} of {} samples", position, size_));
  if (!is_shuffled_) return position;
  do value = permute(value);
  while (value >= size_);
  return static_cast<int64_t>(value);
}

}  // namespace itpn
