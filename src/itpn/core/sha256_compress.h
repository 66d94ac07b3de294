// The compression function of SHA-256, twice: portable, and with the processor's instructions. Internal to sha256.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace itpn {

// Folds `count` blocks of 64 bytes into the eight words of `state`.
void sha256_compress_portable(uint32_t* state, const std::byte* blocks, size_t count);
// The same result; only where has_sha_instructions().
void sha256_compress_instructions(uint32_t* state, const std::byte* blocks, size_t count);

// The round constants, FIPS 180-4 section 4.2.2.
extern const uint32_t kSha256Constants[64];

}  // namespace itpn
