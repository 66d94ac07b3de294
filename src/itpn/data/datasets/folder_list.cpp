#include "itpn/data/datasets/folder_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace itpn {
namespace {

// First component of a path, or "" for a file of the root.
std::string first_folder(const std::string& name) {
  const size_t slash = name.find('/');
  return slash == std::string::npos ? "" : name.substr(0, slash);
}

bool is_in_folder(const std::string& name, const std::string& folder) {
  return name.size() > folder.size() && name[folder.size()] == '/' && name.starts_with(folder);
}

// Empty where there are no classes.
std::map<std::string, int32_t> classes_of(const std::vector<ScannedFile>& files) {
  std::map<std::string, int32_t> classes;
  const std::string* last = nullptr;
  for (const auto& file : files) {  // sorted: a class comes in one piece
    if (!last || !is_in_folder(file.name, *last)) last = &classes.emplace(first_folder(file.name), 0).first->first;
  }
  if (classes.contains("")) return {};
  int32_t number = 0;
  for (auto& [name, label] : classes) label = number++;
  return classes;
}

void add_classes(const FolderScan& scan, PictureList& list) {
  const auto classes = classes_of(scan.files);
  if (classes.empty()) return;
  for (const auto& [name, label] : classes) list.classes.add(name);
  for (const auto& directory : scan.directories) {
    const bool is_first_level = !directory.name.empty() && directory.name.find('/') == std::string::npos;
    if (is_first_level && !classes.contains(directory.name)) list.empty_classes.add(directory.name);
  }
  list.labels.reserve(scan.files.size());
  auto own = classes.end();
  for (const auto& file : scan.files) {
    if (own == classes.end() || !is_in_folder(file.name, own->first)) own = classes.find(first_folder(file.name));
    list.labels.push_back(own->second);
  }
}

void add_files(const std::vector<ScannedFile>& files, PictureList& list) {
  size_t bytes = 0;
  for (const ScannedFile& file : files) bytes += file.name.size();
  list.names.reserve(files.size(), bytes);
  list.sizes.reserve(files.size());
  for (const ScannedFile& file : files) list.add_sample(file.name, file.size);
}

// Labels are given other numbers, unless `numbers` is empty.
DatasetFingerprint fingerprint_of(const PictureList& list, const std::string& root,
                                  const std::vector<int32_t>& numbers) {
  FingerprintHasher hasher;
  for (size_t i = 0; i < list.names.size(); ++i) {
    const int32_t label = list.labels.empty() ? -1 : list.labels[i];
    const bool is_renumbered = label >= 0 && !numbers.empty();
    hasher.add(join_path(root, std::string(list.names[i])), is_renumbered ? numbers[static_cast<size_t>(label)] : label,
               list.sizes[i]);
  }
  return hasher.fingerprint();
}

// Whether something could not be read, which may be mended without a trace in the time stamps of the folders.
bool has_passing_failures(const PictureIndex& index) {
  const SkippedGroups groups = index.skipped_by_reason();
  return std::any_of(groups.begin(), groups.end(), [](const auto& group) {
    return group.first.starts_with(kUnreadableFolder) || group.first.starts_with(kUnreadableFile);
  });
}

}  // namespace

ClassesWithEmpty with_empty_classes(const NamesView& classes, const NamesView& empty) {
  std::vector<std::pair<std::string, int32_t>> all;
  for (size_t i = 0; i < classes.size(); ++i) all.emplace_back(classes[i], static_cast<int32_t>(i));
  for (size_t i = 0; i < empty.size(); ++i) all.emplace_back(empty[i], -1);
  std::sort(all.begin(), all.end());
  ClassesWithEmpty result;
  result.numbers.resize(classes.size());
  for (const auto& [name, old] : all) {
    if (old >= 0) result.numbers[static_cast<size_t>(old)] = static_cast<int32_t>(result.names.size());
    result.names.push_back(name);
  }
  return result;
}

PictureList list_of(FolderScan scan, const std::string& root) {
  PictureList list;
  add_classes(scan, list);
  add_files(scan.files, list);
  scan.files = {};
  for (const auto& directory : scan.directories) {
    list.add_place(directory.name, {directory.device, directory.inode, directory.modified_ns});
  }
  for (const auto& entry : scan.skipped) list.add_skipped(entry.name, entry.reason);
  list.fingerprint = fingerprint_of(list, root, {});
  list.hash_with_empty_classes = list.fingerprint.names_hash;
  if (list.empty_classes.size() > 0) {
    const auto numbers = with_empty_classes(list.classes.view(), list.empty_classes.view()).numbers;
    list.hash_with_empty_classes = fingerprint_of(list, root, numbers).names_hash;
  }
  return list;
}

IndexSource folder_source(Fs& fs, const std::string& root, const ScanProgress& progress) {
  IndexSource source;
  // The number is that of the scan's rules. The spelling is part of the names and so of the fingerprint.
  source.key = fmt::format("folder 2\n{}\n{}", root, absolute_path(root));
  source.scan = [&fs, root, progress] { return list_of(scan_folder(fs, root, progress), root); };
  source.is_fresh = [&fs, root](const PictureIndex& index) {
    for (size_t i = 0; i < index.places().size(); ++i) {
      const std::string name(index.places()[i]);
      if (!is_unchanged(fs, name.empty() ? root : join_path(root, name), index.stamp(i))) return false;
    }
    return index.places().size() > 0 && !has_passing_failures(index);
  };
  return source;
}

}  // namespace itpn
