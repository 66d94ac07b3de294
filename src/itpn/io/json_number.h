// One number of a JSON text.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace itpn {

struct JsonNumber {
  size_t length = 0;             // characters that belong to it; 0: there is no number
  std::optional<double> value;   // the nearest double; nothing where it is beyond the range of one
  std::optional<int64_t> whole;  // where it is written without fraction and exponent, and 64 bits hold it
};

// The number that `text` begins with.
JsonNumber read_json_number(std::string_view text);

// The same for the usual number, of up to 15 digits and without exponent: its characters, 0 where it is none of these.
size_t read_short_decimal(std::string_view text, double* value);

}  // namespace itpn
