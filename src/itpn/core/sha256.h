// SHA-256 (FIPS 180-4): what a checkpoint's manifest says about every file and tensor. Uses the processor's SHA
// instructions where it has them (1.5 to 2 GB/s a core), portable code else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace itpn {

using Sha256Digest = std::array<uint8_t, 32>;

// Which code does the work. kAutomatic takes the instructions if the processor has them; the others are for tests.
enum class Sha256Path { kAutomatic, kPortable, kInstructions };

// True if this processor can run Sha256Path::kInstructions.
bool has_sha_instructions();

// Hashes bytes that come in pieces.
class Sha256 {
 public:
  // Asking for kInstructions on a processor without them falls back to portable code.
  explicit Sha256(Sha256Path path = Sha256Path::kAutomatic);

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text) { update(std::as_bytes(std::span(text.data(), text.size()))); }
  // The hash of all bytes so far; the object may go on taking bytes after it.
  Sha256Digest digest() const;
  // The same as 64 lower-case hexadecimal digits.
  std::string hex() const;

 private:
  using Compress = void (*)(uint32_t* state, const std::byte* blocks, size_t count);

  std::array<uint32_t, 8> state_;
  std::array<std::byte, 64> rest_{};  // bytes that do not fill a block yet
  uint64_t total_ = 0;
  Compress compress_;
};

std::string sha256_hex(std::span<const std::byte> bytes);
inline std::string sha256_hex(std::string_view text) { return sha256_hex(std::as_bytes(std::span(text))); }

}  // namespace itpn
