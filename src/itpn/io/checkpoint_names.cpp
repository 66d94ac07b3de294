#include "itpn/io/checkpoint_names.h"

#include <fmt/format.h>

#include <charconv>

namespace itpn {
namespace {

// Whether `prefix` and then numbers with "-" between them are all of the name.
bool is_prefix_and_numbers(const std::string& name, const std::string& prefix) {
  return name.size() > prefix.size() && name.starts_with(prefix) &&
         name.find_first_not_of("0123456789-", prefix.size()) == std::string::npos;
}

}  // namespace

std::optional<int64_t> step_of(const std::string& name) {
  if (!name.starts_with(kStepPrefix)) return std::nullopt;
  int64_t step = 0;
  const char* end = name.data() + name.size();
  const auto [stopped, failure] = std::from_chars(name.data() + kStepPrefix.size(), end, step);
  if (failure != std::errc() || stopped != end || step < 0) return std::nullopt;
  if (fmt::format("{}{}", kStepPrefix, step) != name) return std::nullopt;
  return step;
}

bool is_unfinished_save(const std::string& name) {
  const std::string temporary(kTemporaryPrefix);
  return is_prefix_and_numbers(name, temporary) || is_prefix_and_numbers(name, std::string(kBestName) + temporary);
}

bool is_unfinished_removal(const std::string& name) { return is_prefix_and_numbers(name, std::string(kRemovalPrefix)); }

}  // namespace itpn
