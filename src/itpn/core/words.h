// Small pieces of messages.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace itpn {

// "1 picture", "3 pictures"; `many` where the plural is not `one` with an s: "2 classes".
std::string count_of(int64_t count, std::string_view one, std::string_view many = "");

// "a, b, c"; of more than `most` the first, and then `rest`, in which "{}" is the number of the others.
std::string list_of(const std::vector<std::string>& names, size_t most, std::string_view rest = " and {} more");

// A to Z in lower case; every other byte as it is, in any locale.
constexpr char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower_case(std::string_view text);
// Whether `text`, in any case, is one of these words in lower case.
bool is_one_of(std::span<const std::string_view> words, std::string_view text);

// `text` as one word of a shell's command line: in quotes where it needs them.
std::string shell_word(const std::string& text);

}  // namespace itpn
