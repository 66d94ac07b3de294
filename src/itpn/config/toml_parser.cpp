#define TOML_MAX_NESTED_VALUES 64
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "itpn/config/toml_value.h"
#include "itpn/core/errors.h"

namespace itpn {
namespace {

static_assert(TOML_MAX_NESTED_VALUES == kTomlMaxDepth);

Error error_at(const std::string& source_name, TomlPosition position, const std::string& message) {
  return usage_error(fmt::format("{}:{}:{}: {}", source_name, position.line, position.column, message));
}

TomlPosition position_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

// Refuses what the library does not survive, before it sees the text. (1) Keys of too many dotted parts: it bounds
// lists and inline tables, but not "a.a.a.a...", whose tables could exhaust the stack. (2) Characters beyond ASCII
// where it looks for white space: version 3.3 runs into undefined behaviour there (is_non_ascii_horizontal_whitespace).
// That is outside quotes, after a backslash in a multi-line string, and within quotes that stand in the middle of a
// value (x = 1"..."), which it passes over as a part of it.
class TextGuard {
 public:
  TextGuard(const std::string& source_name, const std::string& text) : source_name_(source_name), text_(text) {}

  void check() {
    if (starts_with("\xEF\xBB\xBF")) at_ += 3;  // byte order mark
    while (at_ < text_.size()) {
      const char character = text_[at_];
      if (character == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (character == '"' || character == '\'') {
        if (value_has_begun_) fail("not valid TOML: a quote within a value");
        skip_string(character);
      } else {
        check_plain(character);
        ++at_;
      }
    }
  }

 private:
  static bool is_ascii(char character) { return static_cast<unsigned char>(character) < 0x80; }

  bool starts_with(const std::string& what) const { return text_.compare(at_, what.size(), what) == 0; }

  [[noreturn]] void fail(const std::string& message) const {
    const size_t line_start = at_ == 0 ? 0 : text_.rfind('\n', at_ - 1) + 1;  // npos + 1 is 0
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    throw error_at(source_name_, {static_cast<uint32_t>(line), static_cast<uint32_t>(at_ - line_start + 1)}, message);
  }

  void check_plain(char character) {
    if (!is_ascii(character)) fail("not valid TOML: a character beyond ASCII outside quotes and comments");
    if (std::string_view("\n=,[]{}").find(character) != std::string_view::npos) dots_ = 0;
    if (character == '.' && ++dots_ >= kTomlMaxDepth) fail(fmt::format("a key of more than {} parts", kTomlMaxDepth));
    follow_values(character);
  }

  // Keeps in mind whether a value is expected, and whether one without quotes has begun.
  void follow_values(char character) {
    const bool is_space = std::string_view(" \t\r\n\v\f").find(character) != std::string_view::npos;
    if (is_space) value_has_begun_ = false;
    if (character == '\n' && open_.empty()) expects_value_ = false;
    if (!expects_value_) {
      expects_value_ = character == '=';
    } else if (character == ',') {
      expects_value_ = !open_.empty() && open_.back() == '[';
      value_has_begun_ = false;
    } else if (!value_has_begun_ && (character == '[' || character == '{')) {
      open_ += character;
      expects_value_ = character == '[';
    } else if (character != ']' && character != '}') {
      value_has_begun_ = !is_space;
    }
    if ((character == ']' || character == '}') && !open_.empty()) {
      open_.pop_back();
      expects_value_ = true;
      value_has_begun_ = false;
    }
  }

  void skip_string(char quote) {
    const std::string triple(3, quote);
    const bool many_lines = starts_with(triple);
    const std::string end = many_lines ? triple : std::string(1, quote);
    at_ += end.size();
    while (at_ < text_.size() && !starts_with(end)) {
      if (text_[at_] == '\n' && !many_lines) return;  // malformed; the parser says so
      quote == '"' && text_[at_] == '\\' ? skip_escape(many_lines) : static_cast<void>(++at_);
    }
    at_ = std::min(at_ + end.size(), text_.size());
    while (many_lines && at_ < text_.size() && text_[at_] == quote) ++at_;  // a string may end in its own quotes
  }

  // The backslash and what it escapes: one character, or in a multi-line string all white space up to the next text.
  void skip_escape(bool many_lines) {
    ++at_;
    const size_t escaped = at_;
    if (many_lines) at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    if (at_ < text_.size() && !is_ascii(text_[at_]))
      fail("not valid TOML: a backslash before a character beyond ASCII");
    if (at_ == escaped && at_ < text_.size() && text_[at_] != '\n') ++at_;
  }

  const std::string& source_name_;
  const std::string& text_;
  size_t at_ = 0;
  int dots_ = 0;
  std::string open_;  // brackets and braces of the value at hand
  bool expects_value_ = false;
  bool value_has_begun_ = false;
};

// Turns the library's tree into ours, checking the depth.
class Converter {
 public:
  explicit Converter(const std::string& source_name) : source_name_(source_name) {}

  TomlTable table(const toml::table& from, int depth) const {
    TomlTable into;
    into.reserve(from.size());
    for (const auto& [key, node] : from) {
      into.push_back({std::string(key.str()), position_of(key.source()), value(node, depth + 1)});
    }
    return into;
  }

 private:
  TomlValue value(const toml::node& node, int depth) const {
    const TomlPosition position = position_of(node.source());
    if (depth > kTomlMaxDepth) {
      throw error_at(source_name_, position, fmt::format("nested deeper than {}", kTomlMaxDepth));
    }
    if (const auto* boolean = node.as_boolean()) return {position, boolean->get()};
    if (const auto* integer = node.as_integer()) return {position, integer->get()};
    if (const auto* number = node.as_floating_point()) return {position, number->get()};
    if (const auto* text = node.as_string()) return {position, text->get()};
    if (const auto* inner = node.as_table()) return {position, table(*inner, depth)};
    if (const auto* array = node.as_array()) {
      TomlArray items;
      items.reserve(array->size());
      for (const toml::node& item : *array) items.push_back(value(item, depth + 1));
      return {position, std::move(items)};
    }
    return {position, TomlDate{date_text(node)}};
  }

  static std::string date_text(const toml::node& node) {
    std::ostringstream out;
    if (const auto* date = node.as_date()) out << *date;
    if (const auto* time = node.as_time()) out << *time;
    if (const auto* both = node.as_date_time()) out << *both;
    return out.str();
  }

  const std::string& source_name_;
};

std::string line_of(const std::string& text, uint32_t number) {
  std::istringstream lines(text);
  std::string line;
  for (uint32_t i = 0; i < number; ++i) {
    if (!std::getline(lines, line)) return "";
  }
  return line;
}

}  // namespace

TomlTable parse_toml(const std::string& source_name, const std::string& text) {
  if (text.size() > kTomlMaxBytes) {
    throw error_at(source_name, {}, fmt::format("{} bytes, the limit is {}", text.size(), kTomlMaxBytes));
  }
  TextGuard(source_name, text).check();
  try {
    return Converter(source_name).table(toml::parse(text), 0);
  } catch (const toml::parse_error& error) {
    const TomlPosition position = position_of(error.source());
    const std::string line = line_of(text, position.line);
    throw error_at(
        source_name, position,
        fmt::format("not valid TOML: {} (in `{}`)", printable(std::string(error.description())), printable(line)));
  }
}

}  // namespace itpn
