// Small pieces of messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace itpn {

// "1 picture", "3 pictures"; `many` where the plural is not `one` with an s: "2 classes".
std::string count_of(int64_t count, std::string_view one, std::string_view many = "");

// `text` as one word of a shell's command line: in quotes where it needs them.
std::string shell_word(const std::string& text);

}  // namespace itpn
