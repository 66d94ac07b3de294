#include "itpn/config/toml_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace itpn {
namespace {

constexpr size_t kLongestShown = 80;

bool is_bare(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '-';
}

std::string escaped(const std::string& text, bool escape_quotes) {
  std::string out;
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '\n') {
      out += "\\n";
    } else if (character == '\t') {
      out += "\\t";
    } else if (code < 0x20 || code == 0x7f) {
      out += fmt::format("\\u{:04X}", code);
    } else {
      if (escape_quotes && (character == '"' || character == '\\')) out += '\\';
      out += character;
    }
  }
  return out;
}

struct Describe {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return fmt::format("the integer {}", value); }
  std::string operator()(double value) const { return "the number " + number_toml(value); }
  std::string operator()(const std::string& value) const { return "the text " + printable(quote_toml(value)); }
  std::string operator()(const TomlArray& value) const { return fmt::format("a list of {}", value.size()); }
  std::string operator()(const TomlTable&) const { return "a table"; }
  std::string operator()(const TomlDate& value) const { return "the date or time " + value.text; }
};

}  // namespace

std::string quote_toml(const std::string& text) { return '"' + escaped(text, true) + '"'; }

std::string number_toml(double value) {
  if (std::isnan(value)) return "nan";
  const std::string text = fmt::format("{}", value);
  return text.find_first_of(".ein") == std::string::npos ? text + ".0" : text;
}

std::string toml_key(const std::string& key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), is_bare) ? key : quote_toml(key);
}

std::string printable(const std::string& text) {
  if (text.size() <= kLongestShown) return escaped(text, false);
  size_t end = kLongestShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a UTF-8 character
  return escaped(text.substr(0, end), false) + "...";
}

std::string describe_value(const TomlValue& value) { return std::visit(Describe{}, value.content); }

}  // namespace itpn
