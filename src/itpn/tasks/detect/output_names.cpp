#include "itpn/tasks/detect/output_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace itpn {
namespace {

namespace fs = std::filesystem;

fs::path absolute_path(const std::string& path) { return fs::absolute(path).lexically_normal(); }

// How many components `a` and `b` begin with alike.
fs::path common_folder(const fs::path& a, const fs::path& b) {
  const auto [end, unused] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  fs::path common;
  for (auto part = a.begin(); part != end; ++part) common /= *part;
  return common;
}

}  // namespace

std::vector<std::string> names_below_common_folder(const std::vector<std::string>& paths) {
  fs::path folder;
  for (size_t i = 0; i < paths.size(); ++i) {
    const fs::path own = absolute_path(paths[i]).parent_path();
    folder = i == 0 ? own : common_folder(folder, own);
  }
  std::vector<std::string> names;
  for (const std::string& path : paths) names.push_back(absolute_path(path).lexically_relative(folder).string());
  return names;
}

std::vector<std::string> stems_below_common_folder(const std::vector<std::string>& paths, const std::string& reserved) {
  std::set<std::string> taken = {reserved};
  std::vector<std::string> stems;
  for (const std::string& name : names_below_common_folder(paths)) {
    const std::string stem = fs::path(name).replace_extension().string();
    std::string distinct = stem;
    for (int number = 2; !taken.insert(distinct).second; ++number) distinct = fmt::format("{}-{}", stem, number);
    stems.push_back(distinct);
  }
  return stems;
}

}  // namespace itpn
