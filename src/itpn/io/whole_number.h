// Whole numbers of JSON from a foreign hand.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace itpn {

// The value as T. nlohmann would convert 1e300, -1 or 2^63 without a word (the first with undefined behaviour); here
// everything that is not a whole number within T throws std::out_of_range with the number.
template <class T, class Json>
T whole_number(const Json& value) {
  const bool fits = value.is_number_unsigned()  ? std::in_range<T>(value.template get<uint64_t>())
                    : value.is_number_integer() ? std::in_range<T>(value.template get<int64_t>())
                                                : false;
  if (!fits) throw std::out_of_range("wanted a whole number, got " + value.dump().substr(0, 40));
  return value.template get<T>();
}

}  // namespace itpn
