// Fields of comma-separated tables.
#pragma once

#include <string>

namespace itpn {

// `text` as a field: in quotes, with inner quotes doubled, where it needs them.
inline std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace itpn
