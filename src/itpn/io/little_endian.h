// Little-endian numbers in foreign bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace itpn {

// The `size` (at most 8) bytes at `offset`, which must be inside `bytes`.
inline uint64_t little_endian(std::span<const std::byte> bytes, size_t offset, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value |= std::to_integer<uint64_t>(bytes[offset + i]) << (8 * i);
  return value;
}

inline void append_little_endian(std::string& text, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

}  // namespace itpn
