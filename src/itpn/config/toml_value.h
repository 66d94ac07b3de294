// A parsed TOML document as plain values with positions. The TOML library is known to toml_parser.cpp alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace itpn {

// Line and column, counted from 1.
struct TomlPosition {
  uint32_t line = 1;
  uint32_t column = 1;
};

struct TomlValue;
struct TomlEntry;
using TomlArray = std::vector<TomlValue>;
using TomlTable = std::vector<TomlEntry>;  // sorted by key; keys are unique

// A date or time: legal TOML, but no field has this type.
struct TomlDate {
  std::string text;
};

struct TomlValue {
  TomlPosition position;
  std::variant<bool, int64_t, double, std::string, TomlArray, TomlTable, TomlDate> content;
};

struct TomlEntry {
  std::string key;
  TomlPosition position;
  TomlValue value;
};

constexpr size_t kTomlMaxBytes = size_t{1} << 20;
constexpr int kTomlMaxDepth = 64;  // tables and lists inside one another

// Parses a whole document. Malformed text, a duplicate key, more than kTomlMaxBytes or a depth above kTomlMaxDepth
// throw Error with exit code 2 and "SOURCE:LINE:COLUMN: ..."; time and memory stay proportional to the text.
TomlTable parse_toml(const std::string& source_name, const std::string& text);

// `text` as a quoted TOML string.
std::string quote_toml(const std::string& text);
// The shortest text that reads back to the same double, as a TOML float: with a point, an exponent, nan or inf.
std::string number_toml(double value);
// A key as it is written in TOML: bare where possible, else quoted.
std::string toml_key(const std::string& key);
// Foreign text on one line for a message: control characters escaped, cut after about 80 characters.
std::string printable(const std::string& text);
// "the integer 3", "the text "abc"", "a list", ... for messages.
std::string describe_value(const TomlValue& value);

}  // namespace itpn
