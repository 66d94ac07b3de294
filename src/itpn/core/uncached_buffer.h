// Memory for transfers past the page cache (OpenMode::kReadUncached, kCreateUncached).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "itpn/core/files.h"

namespace itpn {

// Starts at a multiple of kUncachedAlignment, and so does its end.
class UncachedBuffer {
 public:
  // At least `bytes` bytes.
  explicit UncachedBuffer(size_t bytes) : blocks_((bytes + kUncachedAlignment - 1) / kUncachedAlignment) {}

  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(blocks_)); }

 private:
  struct alignas(kUncachedAlignment) Block {
    std::byte bytes[kUncachedAlignment];
  };
  std::vector<Block> blocks_;
};

}  // namespace itpn
