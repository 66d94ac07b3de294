#include <utility>

#include "tests/golden/golden.h"

namespace itpn::golden {
namespace {

template <class K>
using Kinds = std::map<std::string, K>;

// Functions' own tables, so that they exist before the first check_*.cpp registers itself.
Kinds<Kind>& kinds() {
  static Kinds<Kind> table;
  return table;
}

Kinds<ArchiveKind>& archive_kinds() {
  static Kinds<ArchiveKind> table;
  return table;
}

template <class K>
K find(const Kinds<K>& kinds, const std::string& name) {
  std::string best;
  K found = {};
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

bool add_kind(const std::string& prefix, const Kind& kind) { return kinds().emplace(prefix, kind).second; }

Kind find_kind(const std::string& name) { return find(kinds(), name); }

bool add_archive_kind(const std::string& prefix, const ArchiveKind& kind) {
  return archive_kinds().emplace(prefix, kind).second;
}

ArchiveKind find_archive_kind(const std::string& file_name) { return find(archive_kinds(), file_name); }

}  // namespace itpn::golden
