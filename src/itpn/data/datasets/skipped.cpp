#include "itpn/data/datasets/skipped.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "itpn/core/log.h"
#include "itpn/core/utf8.h"

namespace itpn {

bool is_lost(std::string_view reason) { return reason != kNotAPicture && reason != kSystemFolder; }

void add_skipped(SkippedGroups* groups, std::string_view name, std::string_view reason) {
  SkippedGroup& group = (*groups)[std::string(reason)];
  ++group.count;
  if (group.examples.size() < kMaxExamples) group.examples.push_back(printable_name(name));
}

SkippedGroups only_lost(const SkippedGroups& groups) {
  SkippedGroups lost = groups;
  std::erase_if(lost, [](const auto& group) { return !is_lost(group.first); });
  return lost;
}

SkippedGroups only_harmless(const SkippedGroups& groups) {
  SkippedGroups harmless = groups;
  std::erase_if(harmless, [](const auto& group) { return is_lost(group.first); });
  return harmless;
}

void warn_of_lost(const std::string& path, const SkippedGroups& groups) {
  const SkippedGroups lost = only_lost(groups);
  if (lost.empty()) return;
  log::warning(
      fmt::format("{}: given and not used: {}; `itpn data {} --json` lists all", path, skipped_text(lost), path));
}

std::string skipped_text(const SkippedGroups& groups) {
  std::string text;
  for (const auto& [reason, group] : groups) {
    text += fmt::format("{}skipped {}: {} ({}{})", text.empty() ? "" : "; ", group.count, reason,
                        fmt::join(group.examples, ", "),
                        group.count > static_cast<int64_t>(group.examples.size()) ? ", ..." : "");
  }
  return text;
}

}  // namespace itpn
