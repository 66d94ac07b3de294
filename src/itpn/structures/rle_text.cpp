// Runs as text: differences to the run two places before, five bits a character, the sixth for "more follow".
#include <fmt/format.h>

#include "itpn/core/errors.h"
#include "itpn/structures/rle.h"

namespace itpn {
namespace {

constexpr int kBits = 5;  // of a character
constexpr int64_t kMoreFollow = 32, kSign = 16, kLow = 31, kFirstCharacter = 48;
constexpr size_t kFirstDifference = 3;  // the runs before are stored as they are
constexpr int kMostBits = 40;           // of a difference between numbers of 32

void append_number(std::string& text, int64_t value) {
  for (bool is_last = false; !is_last;) {
    int64_t group = value & kLow;
    value >>= kBits;
    is_last = (group & kSign) ? value == -1 : value == 0;
    if (!is_last) group |= kMoreFollow;
    text.push_back(static_cast<char>(group + kFirstCharacter));
  }
}

// Reads one number from `place` on, which it moves.
int64_t take_number(std::string_view text, size_t& place) {
  int64_t value = 0;
  int bits = 0;
  for (;;) {
    if (place == text.size()) throw data_error("the text of a mask's runs ends in the middle of a number");
    const int64_t group = static_cast<unsigned char>(text[place]) - kFirstCharacter;
    if (group < 0 || group > (kMoreFollow | kLow)) {
      throw data_error(fmt::format("character {} of the text of a mask's runs belongs to no run", place + 1));
    }
    if (bits >= kMostBits) throw data_error("a number in the text of a mask's runs is too large");
    ++place;
    value |= (group & kLow) << bits;
    bits += kBits;
    if (group & kMoreFollow) continue;
    return group & kSign ? value - (int64_t{1} << bits) : value;
  }
}

}  // namespace

std::string counts_to_text(std::span<const uint32_t> counts) {
  std::string text;
  for (size_t i = 0; i < counts.size(); ++i) {
    const int64_t before = i >= kFirstDifference ? counts[i - 2] : 0;
    append_number(text, int64_t{counts[i]} - before);
  }
  return text;
}

std::vector<uint32_t> text_to_counts(std::string_view text) {
  std::vector<uint32_t> counts;
  for (size_t place = 0; place < text.size();) {
    const int64_t before = counts.size() >= kFirstDifference ? counts[counts.size() - 2] : 0;
    const int64_t count = take_number(text, place) + before;
    if (count < 0 || count > UINT32_MAX) {
      throw data_error(fmt::format("run {} of a mask has the length {}", counts.size() + 1, count));
    }
    counts.push_back(static_cast<uint32_t>(count));
  }
  return counts;
}

}  // namespace itpn
