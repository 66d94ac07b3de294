// Text from foreign files: is it text, and how to show what may be none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace itpn {

// Bytes of the character that `text`, which is not empty, begins with; 0 where that is malformed: an overlong form, a
// surrogate, beyond U+10FFFF, cut off.
size_t utf8_length(std::string_view text);

// True where `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

// For messages: bytes that are no printable ASCII as \xNN, at most 80 bytes and then "...".
std::string printable_bytes(std::string_view text);

}  // namespace itpn
