// Checks one parsed value against the description of its field and stores it.
#pragma once

#include <optional>
#include <string>

#include "itpn/config/fields.h"
#include "itpn/config/toml_value.h"

namespace itpn {

// Why a value does not fit its field.
struct FieldProblem {
  TomlPosition position;
  std::string message;  // "wanted a number from 0 to 1, got the number 1.5"
};

// Stores `value` in `field`, or says why not and changes nothing. Integers are accepted for numbers.
std::optional<FieldProblem> assign_field(const FieldRef& field, const TomlValue& value);

// "an integer >= 0", "a list of 2 numbers from 0 to 1", "one of fp32, bf16", ...
std::string describe_wanted(const FieldRef& field);

}  // namespace itpn
