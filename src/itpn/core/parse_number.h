// Numbers in foreign texts.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace itpn {

// `text` as a whole number from 0 on, if it is nothing but the digits of one that 63 bits hold.
inline std::optional<int64_t> parse_whole_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size() && !text.starts_with('-');
  return is_whole ? std::optional(value) : std::nullopt;
}

}  // namespace itpn
