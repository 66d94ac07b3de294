#include "itpn/core/unicode_form.h"

#include <algorithm>

#include "itpn/core/utf8.h"

namespace itpn {
namespace {

// The three-byte ranges of UTF-8 in which the marks and the parts of Hangul syllables lie.
struct Range {
  std::string_view first, last;
};
constexpr Range kMarks[] = {{"\xcc\x80", "\xcd\xaf"},           // U+0300 to U+036F: accents
                            {"\xe3\x82\x99", "\xe3\x82\x9a"},   // U+3099, U+309A: Japanese voicing marks
                            {"\xe1\x85\xa1", "\xe1\x87\xbf"}};  // U+1161 to U+11FF: Hangul vowels and finals

bool is_mark(std::string_view character) {
  return std::any_of(std::begin(kMarks), std::end(kMarks), [&](const Range& range) {
    return character.size() == range.first.size() && character >= range.first && character <= range.last;
  });
}

std::string_view take_character(std::string_view& text) {
  const std::string_view character = text.substr(0, std::max<size_t>(1, utf8_length(text)));
  text.remove_prefix(character.size());
  return character;
}

// A character with the marks that follow it.
std::string_view take_letter(std::string_view& text) {
  const char* start = text.data();
  size_t length = take_character(text).size();
  while (!text.empty()) {
    std::string_view rest = text;
    const std::string_view next = take_character(rest);
    if (!is_mark(next)) break;
    length += next.size();
    text = rest;
  }
  return {start, length};
}

// One character beyond ASCII, as against a letter with marks.
bool is_composed_of(std::string_view composed, std::string_view decomposed) {
  std::string_view rest = composed, parts = decomposed;
  const std::string_view one = take_character(rest);
  take_character(parts);
  return rest.empty() && one.size() > 1 && !parts.empty();
}

}  // namespace

bool differ_in_unicode_form(std::string_view a, std::string_view b) {
  if (a == b) return false;
  while (!a.empty() && !b.empty()) {
    const std::string_view x = take_letter(a), y = take_letter(b);
    if (x != y && !is_composed_of(x, y) && !is_composed_of(y, x)) return false;
  }
  return a.empty() && b.empty();
}

}  // namespace itpn
