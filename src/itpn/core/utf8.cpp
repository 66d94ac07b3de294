#include "itpn/core/utf8.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstdint>

namespace itpn {
namespace {

constexpr size_t kMaxShown = 80;
// The least number that needs a sequence of so many bytes; a smaller one in it is an overlong form.
constexpr std::array<uint32_t, 5> kLeastOfLength = {0, 0, 0x80, 0x800, 0x10000};

}  // namespace

size_t utf8_length(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  if (first < 0x80) return 1;
  const auto length = static_cast<size_t>(std::countl_one(first));
  if (length < 2 || length > 4 || length > text.size()) return 0;
  uint32_t character = first & (0x7FU >> length);
  for (const char next : text.substr(1, length - 1)) {
    const auto byte = static_cast<uint8_t>(next);
    if (byte >> 6 != 0b10) return 0;
    character = character << 6 | (byte & 0x3FU);
  }
  const bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
  return character < kLeastOfLength[length] || is_surrogate || character > 0x10FFFF ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable_bytes(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, kMaxShown)) {
    const bool is_plain = c >= ' ' && c <= '~';
    shown += is_plain ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
  }
  return text.size() > kMaxShown ? shown + "..." : shown;
}

}  // namespace itpn
