#include "itpn/core/sha256_compress.h"

#include <bit>

#include "itpn/core/sha256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace itpn {

alignas(64) const uint32_t kSha256Constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

namespace {

uint32_t load_big_endian(const std::byte* bytes) {
  uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word = word << 8 | std::to_integer<uint32_t>(bytes[i]);
  return word;
}

// Names follow FIPS 180-4: W the message schedule, a..h the working variables.
void compress_block(uint32_t* state, const std::byte* block) {
  uint32_t W[64];
  for (int t = 0; t < 16; ++t) W[t] = load_big_endian(block + 4 * t);
  for (int t = 16; t < 64; ++t) {
    const uint32_t sigma0 = std::rotr(W[t - 15], 7) ^ std::rotr(W[t - 15], 18) ^ (W[t - 15] >> 3);
    const uint32_t sigma1 = std::rotr(W[t - 2], 17) ^ std::rotr(W[t - 2], 19) ^ (W[t - 2] >> 10);
    W[t] = W[t - 16] + sigma0 + W[t - 7] + sigma1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; ++t) {
    const uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const uint32_t first = h + sum1 + ((e & f) ^ (~e & g)) + kSha256Constants[t] + W[t];
    const uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const uint32_t second = sum0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first;
    d = c, c = b, b = a, a = first + second;
  }
  const uint32_t worked[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state[i] += worked[i];
}

}  // namespace

void sha256_compress_portable(uint32_t* state, const std::byte* blocks, size_t count) {
  for (; count > 0; --count, blocks += 64) compress_block(state, blocks);
}

#if defined(__x86_64__)

bool has_sha_instructions() {
  static const bool present = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    constexpr unsigned kSha = 1U << 29;    // leaf 7, EBX
    constexpr unsigned kSsse3 = 1U << 9;   // leaf 1, ECX
    constexpr unsigned kSse41 = 1U << 19;  // leaf 1, ECX
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & kSha)) return false;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & kSsse3) && (c & kSse41);
  }();
  return present;
}

namespace {

// The instructions keep the state as two vectors, {a, b, e, f} and {c, d, g, h}, highest word first.
struct State {
  __m128i abef, cdgh;
};

__attribute__((target("sha,ssse3,sse4.1"))) inline State load_state(const uint32_t* words) {
  const __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(words));      // d c b a
  const __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i*>(words + 4));  // h g f e
  const __m128i cdab = _mm_shuffle_epi32(abcd, 0xB1);
  const __m128i reversed = _mm_shuffle_epi32(efgh, 0x1B);
  return {_mm_alignr_epi8(cdab, reversed, 8), _mm_blend_epi16(reversed, cdab, 0xF0)};
}

__attribute__((target("sha,ssse3,sse4.1"))) inline void store_state(const State& state, uint32_t* words) {
  const __m128i feba = _mm_shuffle_epi32(state.abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(state.cdgh, 0xB1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(words), _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(words + 4), _mm_alignr_epi8(dchg, feba, 8));
}

// Four rounds with the schedule words `W` (t .. t + 3).
__attribute__((target("sha,ssse3,sse4.1"))) inline void four_rounds(State& state, __m128i W,
                                                                    const uint32_t* constants) {
  const __m128i sum = _mm_add_epi32(W, _mm_load_si128(reinterpret_cast<const __m128i*>(constants)));
  state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, sum);
  state.abef = _mm_sha256rnds2_epu32(state.abef, state.cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

// The next four schedule words from the last sixteen, oldest first.
__attribute__((target("sha,ssse3,sse4.1"))) inline __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
  const __m128i partial = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
  return _mm_sha256msg2_epu32(partial, w3);
}

}  // namespace

__attribute__((target("sha,ssse3,sse4.1"))) void sha256_compress_instructions(uint32_t* words, const std::byte* blocks,
                                                                              size_t count) {
  const __m128i swap_bytes = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  State state = load_state(words);
  for (; count > 0; --count, blocks += 64) {
    const State before = state;
    __m128i W[4];
    for (int i = 0; i < 4; ++i) {
      const __m128i raw = _mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks) + i);
      W[i] = _mm_shuffle_epi8(raw, swap_bytes);
      four_rounds(state, W[i], kSha256Constants + 4 * i);
    }
#pragma GCC unroll 12
    for (int i = 4; i < 16; ++i) {
      W[i % 4] = next_words(W[i % 4], W[(i + 1) % 4], W[(i + 2) % 4], W[(i + 3) % 4]);
      four_rounds(state, W[i % 4], kSha256Constants + 4 * i);
    }
    state.abef = _mm_add_epi32(state.abef, before.abef);
    state.cdgh = _mm_add_epi32(state.cdgh, before.cdgh);
  }
  store_state(state, words);
}

#else

bool has_sha_instructions() { return false; }

void sha256_compress_instructions(uint32_t* state, const std::byte* blocks, size_t count) {
  sha256_compress_portable(state, blocks, count);
}

#endif

}  // namespace itpn
