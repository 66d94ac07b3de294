#include "itpn/config/assign_field.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "itpn/config/nearest_name.h"
#include "itpn/core/paths.h"

namespace itpn {
namespace {

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};

// The noun of a type, with and without plural.
template <class T>
std::string noun(bool plural) {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, int64_t>) return plural ? "integers" : "an integer";
  if constexpr (std::is_same_v<T, double>) return plural ? "numbers" : "a number";
  if constexpr (std::is_same_v<T, std::string>) return plural ? "texts" : "a text";
}

// " from 0 to 1", " > 0 and <= 1", " >= 0" or "".
std::string range_words(const FieldInfo& info) {
  const bool low = std::isfinite(info.min), high = std::isfinite(info.max);
  if (low && high && !info.min_exclusive && !info.max_exclusive)
    return fmt::format(" from {} to {}", info.min, info.max);
  std::string words;
  if (low) words += fmt::format(" {} {}", info.min_exclusive ? ">" : ">=", info.min);
  if (low && high) words += " and";
  if (high) words += fmt::format(" {} {}", info.max_exclusive ? "<" : "<=", info.max);
  return words;
}

template <class T>
std::string wanted(const FieldInfo& info) {
  if constexpr (std::is_same_v<T, ImageSize>) {
    return fmt::format("a side in pixels or [height, width],{}", range_words(info));
  } else if constexpr (IsList<T>::value) {
    const std::string count = info.count > 0 ? fmt::format("{} ", info.count) : "";
    const std::string items = noun<typename T::value_type>(true) + range_words(info);
    if (!info.one_of.empty()) return fmt::format("a list of {}texts of {}", count, fmt::join(info.one_of, ", "));
    return fmt::format("a list of {}{}", count, items);
  } else {
    if (!info.one_of.empty()) return fmt::format("one of {}", fmt::join(info.one_of, ", "));
    return noun<T>(false) + range_words(info);
  }
}

FieldProblem problem(const std::string& wanted_words, const TomlValue& value) {
  return {value.position, fmt::format("wanted {}, got {}", wanted_words, describe_value(value))};
}

bool in_range(const FieldInfo& info, double value) {
  if (!std::isfinite(value)) return info.allow_non_finite;
  const bool above = info.min_exclusive ? value > info.min : value >= info.min;
  const bool below = info.max_exclusive ? value < info.max : value <= info.max;
  return above && below;
}

bool allowed(const FieldInfo&, bool) { return true; }
bool allowed(const FieldInfo& info, int64_t value) { return in_range(info, static_cast<double>(value)); }
bool allowed(const FieldInfo& info, double value) { return in_range(info, value); }
bool allowed(const FieldInfo& info, const std::string& value) {
  return info.one_of.empty() || std::find(info.one_of.begin(), info.one_of.end(), value) != info.one_of.end();
}

// The value as a T where it is one.
template <class T>
std::optional<T> read_as(const TomlValue& value) {
  if (const T* exact = std::get_if<T>(&value.content)) return *exact;
  if constexpr (std::is_same_v<T, double>) {
    if (const int64_t* integer = std::get_if<int64_t>(&value.content)) return static_cast<double>(*integer);
  }
  return std::nullopt;
}

bool allowed(const FieldInfo& info, const ImageSize& size) {
  return allowed(info, size.height) && allowed(info, size.width);
}

// A side, a list of height and width, or a text as "96x160".
std::optional<ImageSize> read_size(const TomlValue& value) {
  if (const int64_t* side = std::get_if<int64_t>(&value.content)) return ImageSize(*side);
  if (const std::string* text = std::get_if<std::string>(&value.content)) return parse_image_size(*text);
  const TomlArray* list = std::get_if<TomlArray>(&value.content);
  if (!list || list->size() != 2) return std::nullopt;
  const std::optional<int64_t> height = read_as<int64_t>((*list)[0]), width = read_as<int64_t>((*list)[1]);
  if (!height || !width) return std::nullopt;
  return ImageSize(*height, *width);
}

std::string suggestion(const FieldInfo& info, const TomlValue& value) {
  const std::string* text = std::get_if<std::string>(&value.content);
  const std::string nearest = text && !info.one_of.empty() ? nearest_name(*text, info.one_of) : "";
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

template <class T>
std::optional<FieldProblem> store(const FieldInfo& info, const TomlValue& value, T& into) {
  std::optional<T> read = read_as<T>(value);
  if constexpr (std::is_same_v<T, std::string>) {
    if (read && info.is_path) read = with_home(*read);
  }
  if (!read || !allowed(info, *read)) {
    FieldProblem found = problem(wanted<T>(info), value);
    found.message += suggestion(info, value);
    return found;
  }
  into = *read;
  return std::nullopt;
}

std::optional<FieldProblem> store(const FieldInfo& info, const TomlValue& value, ImageSize& into) {
  const std::optional<ImageSize> read = read_size(value);
  if (!read || !allowed(info, *read)) return problem(wanted<ImageSize>(info), value);
  into = *read;
  return std::nullopt;
}

template <class T>
std::optional<FieldProblem> store(const FieldInfo& info, const TomlValue& value, std::vector<T>& into) {
  const TomlArray* array = std::get_if<TomlArray>(&value.content);
  if (!array || (info.count > 0 && array->size() != static_cast<size_t>(info.count))) {
    return problem(wanted<std::vector<T>>(info), value);
  }
  std::vector<T> items(array->size());
  for (size_t i = 0; i < items.size(); ++i) {
    if (auto found = store(info, (*array)[i], items[i])) {
      found->message = fmt::format("entry {}: {}", i + 1, found->message);
      return found;
    }
  }
  into = std::move(items);
  return std::nullopt;
}

}  // namespace

std::optional<FieldProblem> assign_field(const FieldRef& field, const TomlValue& value) {
  return std::visit([&](auto* into) { return store(field.info, value, *into); }, field.value);
}

std::string describe_wanted(const FieldRef& field) {
  return std::visit([&](auto* into) { return wanted<std::remove_pointer_t<decltype(into)>>(field.info); }, field.value);
}

}  // namespace itpn
