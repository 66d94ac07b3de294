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

// Bytes of the printable character at the start of `text`, or 0. The backslash is kept for what is not printable.
size_t printable_length(std::string_view text) {
  const size_t length = utf8_length(text);
  if (length == 0) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (length == 1) return first >= 0x20 && first != 0x7F && first != '\\' ? 1 : 0;
  const bool is_control = first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
  const bool is_line_end = text.starts_with("\xe2\x80\xa8") || text.starts_with("\xe2\x80\xa9");
  return is_control || is_line_end ? 0 : length;
}

// 0 to 15, or -1.
int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

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

std::string printable_name(std::string_view name) {
  std::string result;
  while (!name.empty()) {
    const size_t length = printable_length(name);
    if (length == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(name[0]));
      name.remove_prefix(1);
    } else {
      result += name.substr(0, length);
      name.remove_prefix(length);
    }
  }
  return result;
}

std::string name_of_printable(std::string_view text) {
  std::string name;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text.substr(i).starts_with("\\x") && i + 3 < text.size();
    const int high = is_escape ? hexadecimal(text[i + 2]) : -1, low = is_escape ? hexadecimal(text[i + 3]) : -1;
    if (high < 0 || low < 0) {
      name += text[i];
      continue;
    }
    name += static_cast<char>(high * 16 + low);
    i += 3;
  }
  return name;
}

}  // namespace itpn
