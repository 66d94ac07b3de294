#include "itpn/data/path_kind.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/file_ending.h"
#include "itpn/core/utf8.h"
#include "itpn/data/datasets/folder_scan.h"
#include "itpn/data/datasets/shard_list.h"
#include "itpn/data/datasets/system_names.h"
#include "itpn/io/file_kind.h"

namespace itpn {
namespace {

constexpr const char* kWanted =
    "wanted is a folder of pictures, a list of them (a text with a path a line) or tar shards";

// Shards and nothing else that could hold pictures.
bool is_folder_of_shards(Fs& fs, const std::string& path) {
  std::vector<DirectoryEntry> entries;
  fs.list(path, &entries);
  const auto is_shard = [](const DirectoryEntry& entry) {
    return !entry.is_directory && has_ending(entry.name, ".tar");
  };
  const auto may_hold_pictures = [](const DirectoryEntry& entry) {
    return entry.is_directory ? !is_system_folder(entry.name) : has_picture_extension(entry.name);
  };
  return std::any_of(entries.begin(), entries.end(), is_shard) &&
         std::none_of(entries.begin(), entries.end(), may_hold_pictures);
}

[[noreturn]] void throw_other_kind(const std::string& path, FileKind kind) {
  const std::string what = fmt::format("{}: is {}", printable_name(path), kind_name(kind));
  if (is_readable_picture(kind)) {
    throw data_error(fmt::format("{}: one picture, no dataset; name the folder that it lies in", what));
  }
  if (is_packed(kind)) {
    throw data_error(
        fmt::format("{}; unpack it first and name the folder (a .tar that is not compressed is read as it is)", what));
  }
  if (kind == FileKind::kSafetensors || kind == FileKind::kPickle) {
    throw data_error(fmt::format("{}: weights, no pictures; {}", what, kWanted));
  }
  const std::string remedy = kind_remedy(kind);
  throw data_error(fmt::format("{}; {}", what, remedy.empty() ? kWanted : remedy));
}

std::string source_of_file(Fs& fs, const std::string& path) {
  const FileKind kind = file_kind(fs, path);
  switch (kind) {
    case FileKind::kTar:
      return "tar";
    case FileKind::kText:
      return "list";
    case FileKind::kEmpty:
    case FileKind::kUnknown:
    case FileKind::kZeros:
      // Names that are not UTF-8 make a list of no known kind; what is cut or damaged is told by its reader.
      return has_ending(path, ".tar") ? "tar" : "list";
    case FileKind::kUtf16:
      return "list";
    default:
      throw_other_kind(path, kind);
  }
}

}  // namespace

std::string source_of_path(Fs& fs, const std::string& path) {
  if (!exists(fs, path)) {
    if (expand_braces(path).size() > 1) return "tar";
    throw data_error(fmt::format("{}: there is no such folder, list or shard", printable_name(path)));
  }
  if (is_directory(fs, path)) return is_folder_of_shards(fs, path) ? "tar" : "folder";
  return source_of_file(fs, path);
}

void check_source(Fs& fs, const std::string& source, const std::string& path) {
  if (source != "list" && is_directory(fs, path)) return;  // without a look into it: it may be large
  const std::string found = source_of_path(fs, path);
  if (found == source) return;
  throw data_error(fmt::format("{}: data.source = \"{}\", but this is {}; leave data.source out", printable_name(path),
                               source,
                               found == "tar"    ? "a tar shard"
                               : found == "list" ? "a text"
                                                 : "a folder"));
}

void settle_source(Fs& fs, DataConfig* data) {
  if (data->source == kAutoSource) {
    data->source = data->path.empty() ? "synthetic" : source_of_path(fs, data->path);
  } else if (data->source == "synthetic" && !data->path.empty()) {
    throw usage_error(fmt::format(
        "data.path = {} is given, but data.source = \"synthetic\" makes its own pictures; leave one of the two out",
        printable_name(data->path)));
  }
}

}  // namespace itpn
