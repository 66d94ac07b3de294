// Text from foreign files and names of files: is it text, and how to write what may be none.
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

// A name of a file for everything that is written: messages, tables, lists, CSV, JSON. Bytes that are no printable
// UTF-8, line ends of any kind and backslashes become \xNN; all else stays, so that what comes out is one line of
// UTF-8, and name_of_printable() gives the name back.
std::string printable_name(std::string_view name);

// The name whose printable form is `text`. A backslash that begins no \xNN (lower case) stands for itself.
std::string name_of_printable(std::string_view text);

}  // namespace itpn
