// What was left out while a dataset was listed, and which of it was meant to be there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace itpn {

// Something that was left out.
struct SkippedEntry {
  std::string name;
  std::string reason;  // kNotAPicture, "link loop", ...
};

// What was left out for one reason.
struct SkippedGroup {
  int64_t count = 0;
  std::vector<std::string> examples;  // printable names, kMaxExamples at most

  bool operator==(const SkippedGroup&) const = default;
};
using SkippedGroups = std::map<std::string, SkippedGroup>;  // by reason

inline constexpr size_t kMaxExamples = 3;

// Reasons that show that nothing was lost.
inline constexpr const char* kNotAPicture = "not a picture's name";
inline constexpr const char* kSystemFolder = "a folder that the operating system or a program keeps for itself";
// Folders whose reason begins so were given and are not read.
inline constexpr const char* kUnreadableFolder = "folder cannot be read: ";
inline constexpr const char* kUnreadableFile = "cannot be read: ";
inline constexpr const char* kLinkedAgain = "folder seen already (a link)";
inline constexpr const char* kOtherFormat = "a picture in a format that is not read (JPEG, PNG and WebP are)";

// Was it given as a picture, and is not used?
bool is_lost(std::string_view reason);

void add_skipped(SkippedGroups* groups, std::string_view name, std::string_view reason);

// The groups of what was lost, or of the rest.
SkippedGroups only_lost(const SkippedGroups& groups);
SkippedGroups only_harmless(const SkippedGroups& groups);

// Warns of what of `path` was given and is not used, if anything is.
void warn_of_lost(const std::string& path, const SkippedGroups& groups);

// "skipped 5: not a picture's name (a.txt, b.csv, c.md, ...); skipped 1: ..."; "" for nothing.
std::string skipped_text(const SkippedGroups& groups);

}  // namespace itpn
