#include <utility>

#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

using Kinds = std::map<std::string, Check>;

// A function's own table, so that it exists before the first check_*.cpp registers itself.
Kinds& kinds() {
  static Kinds table;
  return table;
}

}  // namespace

bool add_kind(const std::string& prefix, Check check) { return kinds().emplace(prefix, check).second; }

Check find_check(const std::string& name) {
  std::string best;
  Check check = nullptr;
  for (const auto& [prefix, candidate] : kinds()) {
    const bool whole_words = name == prefix || name.starts_with(prefix + "_");
    if (whole_words && prefix.size() >= best.size()) {
      best = prefix;
      check = candidate;
    }
  }
  return check;
}

}  // namespace itpn::golden
