#include "itpn/io/tar_links.h"

#include <vector>

#include "itpn/core/files.h"

namespace itpn {
namespace {

constexpr int kMaxHops = 16;
constexpr uint64_t kNoContent = UINT64_MAX;

}  // namespace

std::string plain_member_name(std::string_view name) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find('/', at), name.size());
    const std::string_view part = name.substr(at, end - at);
    at = end + 1;
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else if (!part.empty() && part != "." && part != "..") {
      parts.push_back(part);
    }
  }
  std::string plain;
  for (const std::string_view part : parts) {
    if (!plain.empty()) plain += '/';
    plain += part;
  }
  return plain;
}

void TarLinks::add(std::string_view name, const std::string& target, bool is_symbolic) {
  const std::string folder = parent_path(std::string(name));
  const bool is_of_folder = is_symbolic && !folder.empty() && !target.starts_with('/');
  targets_[index_.entries_.size()] = plain_member_name(is_of_folder ? folder + "/" + target : target);
}

// The entry that holds the content, or nullptr.
const size_t* TarLinks::follow(size_t entry, const std::unordered_map<std::string, size_t>& places) const {
  const size_t* found = nullptr;
  for (int hop = 0; hop < kMaxHops; ++hop) {
    const auto link = targets_.find(entry);
    if (link == targets_.end()) return found;
    const auto place = places.find(link->second);
    if (place == places.end()) return nullptr;
    found = &place->second;
    entry = place->second;
  }
  return nullptr;
}

void TarLinks::resolve() {
  if (targets_.empty()) return;
  std::unordered_map<std::string, size_t> places;
  for (size_t i = 0; i < index_.entries_.size(); ++i) {
    // Of two members with one name tar takes the later one; a link never stands for what it replaces.
    if (!targets_.contains(i)) places[plain_member_name(index_.member(i).name)] = i;
  }
  for (const auto& [entry, target] : targets_) places.emplace(plain_member_name(index_.member(entry).name), entry);
  bool is_any_broken = false;
  for (const auto& [entry, target] : targets_) {
    const size_t* content = follow(entry, places);
    TarIndex::Entry& link = index_.entries_[entry];
    link.offset = content ? index_.entries_[*content].offset : 0;
    link.size = content ? index_.entries_[*content].size : kNoContent;
    is_any_broken |= content == nullptr;
  }
  if (is_any_broken) remove_broken();
}

void TarLinks::remove_broken() {
  std::string names;
  std::vector<TarIndex::Entry> entries;
  for (size_t i = 0; i < index_.entries_.size(); ++i) {
    const TarMember member = index_.member(i);
    if (member.size == kNoContent) {
      ++index_.skipped_;
      index_.broken_links_.emplace_back(member.name);
      continue;
    }
    entries.push_back({member.offset, member.size, names.size()});
    names += member.name;
  }
  index_.entries_ = std::move(entries);
  index_.names_ = std::move(names);
}

}  // namespace itpn
