#include <utility>

#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

template <class Kind>
using Kinds = std::map<std::string, Kind>;

// Functions' own tables, so that they exist before the first check_*.cpp registers itself.
Kinds<Check>& kinds() {
  static Kinds<Check> table;
  return table;
}

Kinds<ArchiveKind>& archive_kinds() {
  static Kinds<ArchiveKind> table;
  return table;
}

template <class Kind>
Kind find(const Kinds<Kind>& kinds, const std::string& name) {
  std::string best;
  Kind found = {};
  for (const auto& [prefix, candidate] : kinds) {
    const bool whole_words = name == prefix || name.starts_with(prefix + "_");
    if (whole_words && prefix.size() >= best.size()) {
      best = prefix;
      found = candidate;
    }
  }
  return found;
}

}  // namespace

bool add_kind(const std::string& prefix, Check check) { return kinds().emplace(prefix, check).second; }

Check find_check(const std::string& name) { return find(kinds(), name); }

bool add_archive_kind(const std::string& prefix, const ArchiveKind& kind) {
  return archive_kinds().emplace(prefix, kind).second;
}

ArchiveKind find_archive_kind(const std::string& file_name) { return find(archive_kinds(), file_name); }

}  // namespace itpn::golden
