#include "itpn/io/distinct_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ranges>

namespace itpn {
namespace {

using Components = std::vector<std::string>;  // the last one first

Components components_of(const std::string& path) {
  Components components;
  for (const auto& part : std::filesystem::absolute(path).lexically_normal()) {
    if (!part.empty()) components.push_back(part.string());  // a slash at the end makes an empty one
  }
  std::ranges::reverse(components);
  return components;
}

size_t shared_length(const Components& a, const Components& b) {
  return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

// The first `count` components, at most as many as there are before the root.
std::string joined(const Components& components, size_t count) {
  std::string name = components.empty() ? "" : components[0];
  for (size_t i = 1; i < std::min(count, components.size()); ++i)
    name = components[i] + (i + 1 < components.size() ? "/" : "") + name;
  return name;
}

}  // namespace

std::vector<std::string> distinct_paths(const std::vector<std::string>& paths) {
  std::vector<Components> all;
  std::ranges::transform(paths, std::back_inserter(all), components_of);
  std::vector<std::string> names;
  for (size_t i = 0; i < all.size(); ++i) {
    size_t shared = 0, same_before = 0;
    for (size_t j = 0; j < all.size(); ++j) {
      if (all[j] != all[i]) shared = std::max(shared, shared_length(all[i], all[j]));
      same_before += j < i && all[j] == all[i];
    }
    names.push_back(joined(all[i], shared + 1));
    if (same_before > 0) names.back() += fmt::format(" ({})", same_before + 1);
  }
  return names;
}

}  // namespace itpn
