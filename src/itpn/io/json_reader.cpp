#include "itpn/io/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "itpn/core/errors.h"
#include "itpn/core/utf8.h"
#include "itpn/io/json_number.h"

namespace itpn {
namespace {

constexpr int kDeepest = 256;
constexpr double kLargestWhole = 0x1p53;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

const char* kind_name(JsonKind kind) {
  constexpr const char* kNames[] = {"an object", "a list", "a text", "a number", "true or false", "null"};
  return kNames[static_cast<int>(kind)];
}

void append_utf8(std::string& text, uint32_t code) {
  const auto add = [&](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  const auto rest = [&](int shift) { add(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    rest(0);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    rest(6);
    rest(0);
  } else {
    add(0xF0 | code >> 18);
    rest(12);
    rest(6);
    rest(0);
  }
}

}  // namespace

JsonReader::JsonReader(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

void JsonReader::fail_at(size_t place, const std::string& what) const {
  const std::string_view before = text_.substr(0, place);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t start = before.find_last_of('\n');
  const size_t column = start == std::string_view::npos ? place + 1 : place - start;
  throw data_error(fmt::format("{}, line {}, column {}: {}", name_, line, column, what));
}

void JsonReader::fail_at_character() {
  if (at_ >= text_.size()) fail_at(at_, "the file ends in the middle of a value; is it whole?");
  fail_at(at_, fmt::format("not JSON: unexpected '{}'", printable_bytes(text_.substr(at_, 1))));
}

char JsonReader::next_character() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  if (at_ == text_.size()) fail_at_character();
  return text_[at_];
}

size_t JsonReader::place() {
  next_character();
  return at_;
}

bool JsonReader::take(char c) {
  if (next_character() != c) return false;
  ++at_;
  return true;
}

void JsonReader::take_word(std::string_view word) {
  for (const char c : word) {
    if (at_ == text_.size() || text_[at_] != c) fail_at_character();
    ++at_;
  }
}

JsonKind JsonReader::peek() {
  switch (next_character()) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
    case 'f':
      return JsonKind::kBoolean;
    case 'n':
      return JsonKind::kNull;
    case '-':
      return JsonKind::kNumber;
    default:
      if (text_[at_] < '0' || text_[at_] > '9') fail_at_character();
      return JsonKind::kNumber;
  }
}

void JsonReader::expect(JsonKind kind) {
  const JsonKind found = peek();
  token_ = at_;
  if (found != kind) fail(fmt::format("wanted {}, got {}", kind_name(kind), kind_name(found)));
}

void JsonReader::enter(JsonKind kind) {
  expect(kind);
  if (++depth_ > kDeepest) fail(fmt::format("more than {} values inside each other", kDeepest));
  ++at_;
  is_first_ = true;
}

bool JsonReader::next_item() {
  if (take(']')) {
    is_first_ = false;
    return false;
  }
  if (!is_first_) {
    if (!take(',')) fail_at_character();
    if (next_character() == ']') fail_at_character();
  }
  is_first_ = false;
  return true;
}

bool JsonReader::next_member() {
  if (take('}')) {
    is_first_ = false;
    return false;
  }
  if (!is_first_ && !take(',')) fail_at_character();
  is_first_ = false;
  if (next_character() != '"') fail_at_character();
  read_string();
  if (!take(':')) fail_at_character();
  return true;
}

double JsonReader::number() {
  next_character();
  token_ = at_;
  double value = 0.0;
  if (const size_t length = read_short_decimal(text_.substr(at_), &value)) {
    at_ += length;
    return value;
  }
  expect(JsonKind::kNumber);
  const JsonNumber number = read_json_number(text_.substr(at_));
  if (number.length == 0) fail("not JSON: a number of a wrong form");
  if (!number.value) fail("a number beyond the range of a double");
  at_ += number.length;
  return *number.value;
}

int64_t JsonReader::integer() {
  expect(JsonKind::kNumber);
  const JsonNumber number = read_json_number(text_.substr(at_));
  if (number.length == 0) fail("not JSON: a number of a wrong form");
  at_ += number.length;
  if (number.whole) return *number.whole;
  const double value = number.value.value_or(HUGE_VAL);
  if (std::abs(value) > kLargestWhole || value != std::floor(value)) {
    fail(fmt::format("wanted a whole number, got {}", text_.substr(token_, std::min<size_t>(number.length, 40))));
  }
  return static_cast<int64_t>(value);
}

bool JsonReader::boolean() {
  expect(JsonKind::kBoolean);
  const bool value = text_[at_] == 't';
  take_word(value ? "true" : "false");
  return value;
}

void JsonReader::null() {
  expect(JsonKind::kNull);
  take_word("null");
}

std::string_view JsonReader::string() {
  expect(JsonKind::kString);
  read_string();
  return string_;
}

void JsonReader::read_string() {
  const size_t start = ++at_;
  bool is_ascii = true;
  while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') {
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c < 0x20) fail_at(at_, "not JSON: a control character in a text");
    is_ascii = is_ascii && c < 0x80;
    ++at_;
  }
  string_ = text_.substr(start, at_ - start);
  if (at_ < text_.size() && text_[at_] == '\\') {
    unescaped_ = string_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) fail_at(at_, "not JSON: a control character in a text");
      if (text_[at_] == '\\') {
        read_escape();
      } else {
        is_ascii = is_ascii && static_cast<unsigned char>(text_[at_]) < 0x80;
        unescaped_.push_back(text_[at_++]);
      }
    }
    string_ = unescaped_;
  }
  if (at_ == text_.size()) fail_at_character();
  ++at_;
  if (!is_ascii && !is_utf8(string_)) fail_at(start, "not JSON: a text that is not UTF-8");
}

void JsonReader::read_escape() {
  constexpr std::string_view kShort = "\"\\/bfnrt", kMeaning = "\"\\/\b\f\n\r\t";
  const size_t start = at_++;
  if (at_ == text_.size()) fail_at_character();
  const char c = text_[at_++];
  if (const size_t known = kShort.find(c); known != std::string_view::npos) {
    unescaped_.push_back(kMeaning[known]);
    return;
  }
  if (c != 'u') fail_at(start, "not JSON: an unknown escape in a text");
  uint32_t code = read_hex4();
  if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
    at_ += 2;
    const uint32_t low = read_hex4();
    code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xD800;
  }
  if (code >= 0xD800 && code < 0xE000) fail_at(start, "not JSON: half a surrogate pair in a text");
  append_utf8(unescaped_, code);
}

uint32_t JsonReader::read_hex4() {
  uint32_t code = 0;
  for (int i = 0; i < 4; ++i) {
    if (at_ == text_.size()) fail_at_character();
    const char c = text_[at_];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) fail_at_character();
    code = 16 * code + static_cast<uint32_t>(digit);
    ++at_;
  }
  return code;
}

void JsonReader::skip() {
  switch (peek()) {
    case JsonKind::kObject:
      return object([&](std::string_view) { skip(); });
    case JsonKind::kArray:
      return array([&] { skip(); });
    case JsonKind::kString:
      string();
      return;
    case JsonKind::kNumber: {
      // Its value does not matter, only its form.
      token_ = at_;
      const size_t length = read_json_number(text_.substr(at_)).length;
      if (length == 0) fail("not JSON: a number of a wrong form");
      at_ += length;
      return;
    }
    case JsonKind::kBoolean:
      boolean();
      return;
    case JsonKind::kNull:
      null();
  }
}

void JsonReader::end() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  if (at_ < text_.size()) fail_at_character();
}

}  // namespace itpn
