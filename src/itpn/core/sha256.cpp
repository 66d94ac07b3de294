#include "itpn/core/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "itpn/core/sha256_compress.h"

namespace itpn {
namespace {

constexpr size_t kBlock = 64;
constexpr size_t kLengthField = 8;  // bytes of the message length at the end of the last block

void store_big_endian(uint64_t value, size_t count, std::byte* into) {
  for (size_t i = 0; i < count; ++i) into[i] = static_cast<std::byte>(value >> (8 * (count - 1 - i)));
}

}  // namespace

Sha256::Sha256(Sha256Path path)
    : state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
      compress_(path != Sha256Path::kPortable && has_sha_instructions() ? sha256_compress_instructions
                                                                        : sha256_compress_portable) {}

void Sha256::update(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const size_t held = total_ % kBlock;
  total_ += bytes.size();
  if (held > 0) {
    const size_t taken = std::min(kBlock - held, bytes.size());
    std::memcpy(rest_.data() + held, bytes.data(), taken);
    bytes = bytes.subspan(taken);
    if (held + taken < kBlock) return;
    compress_(state_.data(), rest_.data(), 1);
  }
  compress_(state_.data(), bytes.data(), bytes.size() / kBlock);
  bytes = bytes.subspan(bytes.size() / kBlock * kBlock);
  if (!bytes.empty()) std::memcpy(rest_.data(), bytes.data(), bytes.size());
}

Sha256Digest Sha256::digest() const {
  // The message is followed by a one bit, zeros, and its length in bits, to the end of a block.
  std::array<std::byte, 2 * kBlock> tail{};
  const size_t held = total_ % kBlock;
  std::copy_n(rest_.begin(), held, tail.begin());
  tail[held] = std::byte{0x80};
  const size_t blocks = held + 1 + kLengthField <= kBlock ? 1 : 2;
  store_big_endian(total_ * 8, kLengthField, tail.data() + blocks * kBlock - kLengthField);
  auto state = state_;
  compress_(state.data(), tail.data(), blocks);
  Sha256Digest digest;
  for (size_t i = 0; i < state.size(); ++i) {
    store_big_endian(state[i], 4, reinterpret_cast<std::byte*>(digest.data()) + 4 * i);
  }
  return digest;
}

std::string Sha256::hex() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest()) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

}  // namespace itpn
