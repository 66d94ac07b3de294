#include "itpn/io/json_number.h"

#include <algorithm>
#include <charconv>

namespace itpn {
namespace {

constexpr int kExactDigits = 15;  // any number of so many digits is a double
// Powers of ten, which are doubles: the quotient of two exact numbers is rounded once, so correctly.
constexpr double kPowers[kExactDigits] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6, 1e7,
                                          1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14};
constexpr int64_t kMostExponent = 100'000;  // beyond, only the sign counts

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The parts of a number as it is written.
struct Parts {
  int64_t significant = 0;      // digits from the first that is not 0 on
  int64_t whole_digits = 0;     // before the point, from the first that is not 0 on
  int64_t fraction_digits = 0;  // behind the point
  int64_t exponent = 0;
  bool is_negative = false;
  bool has_fraction = false;
  bool has_exponent = false;
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Characters of the number, 0 where its form is wrong.
  size_t scan(Parts& parts) {
    parts.is_negative = take('-');
    if (!take_digits(parts, parts.whole_digits, true)) return 0;
    if (take('.')) {
      parts.has_fraction = true;
      int64_t ignored = 0;
      const size_t before = at_;
      if (!take_digits(parts, ignored, false)) return 0;
      parts.fraction_digits = static_cast<int64_t>(at_ - before);
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      parts.has_exponent = true;
      if (!take_exponent(parts)) return 0;
    }
    return at_;
  }

 private:
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // At least one digit; before the point, no second one behind a leading 0.
  bool take_digits(Parts& parts, int64_t& significant, bool is_whole_part) {
    const size_t start = at_;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      if (is_whole_part && at_ == start + 1 && text_[start] == '0') return false;
      if (parts.significant == 0 && text_[at_] == '0') continue;
      ++significant;
      ++parts.significant;
    }
    return at_ > start;
  }

  bool take_exponent(Parts& parts) {
    const bool is_negative = take('-');
    if (!is_negative) take('+');
    const size_t start = at_;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      parts.exponent = std::min(10 * parts.exponent + (text_[at_] - '0'), kMostExponent);
    }
    if (is_negative) parts.exponent = -parts.exponent;
    return at_ > start;
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::optional<double> value_of(std::string_view number, const Parts& parts) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error == std::errc{}) return value;
  // Too small for a double is 0, too large is an error; the library does not say which it was.
  const int64_t leading_zeros = parts.fraction_digits - (parts.significant - parts.whole_digits);
  const int64_t size = (parts.whole_digits > 0 ? parts.whole_digits : -leading_zeros) + parts.exponent;
  const bool is_tiny = size < 0;
  return is_tiny ? std::optional(parts.is_negative ? -0.0 : 0.0) : std::nullopt;
}

}  // namespace

size_t read_short_decimal(std::string_view text, double* value) {
  const char *const start = text.data(), *const end = start + text.size();
  const char* at = start;
  const bool is_negative = at < end && *at == '-';
  at += is_negative ? 1 : 0;
  const char* const whole = at;
  uint64_t digits = 0;  // wraps around where there are too many, which are counted below
  for (; at < end && is_digit(*at); ++at) digits = 10 * digits + static_cast<uint64_t>(*at - '0');
  const auto whole_digits = at - whole;
  if (whole_digits == 0 || (whole_digits > 1 && *whole == '0')) return 0;
  std::ptrdiff_t fraction_digits = 0;
  if (at < end && *at == '.') {
    const char* const fraction = ++at;
    for (; at < end && is_digit(*at); ++at) digits = 10 * digits + static_cast<uint64_t>(*at - '0');
    fraction_digits = at - fraction;
    if (fraction_digits == 0) return 0;
  }
  const bool has_exponent = at < end && (*at == 'e' || *at == 'E');
  if (has_exponent || whole_digits + fraction_digits > kExactDigits) return 0;
  const double size = static_cast<double>(digits) / kPowers[fraction_digits];
  *value = is_negative ? -size : size;
  return static_cast<size_t>(at - start);
}

JsonNumber read_json_number(std::string_view text) {
  Parts parts;
  JsonNumber number;
  number.length = Scanner(text).scan(parts);
  if (number.length == 0) return number;
  number.value = value_of(text.substr(0, number.length), parts);
  if (parts.has_fraction || parts.has_exponent) return number;
  int64_t whole = 0;
  if (std::from_chars(text.data(), text.data() + number.length, whole).ec == std::errc{}) number.whole = whole;
  return number;
}

}  // namespace itpn
