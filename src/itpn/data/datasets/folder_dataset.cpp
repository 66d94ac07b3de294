#include "itpn/data/datasets/folder_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
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

}  // namespace

FolderDataset::FolderDataset(Fs& fs, std::string root, FolderScan scan, bool keeps_empty_classes)
    : fs_(fs), root_(std::move(root)) {
  find_classes(scan, keeps_empty_classes);
  pack(std::move(scan.files));
  skipped_ = std::move(scan.skipped);
  if (names_.size() == 0) {
    throw data_error(fmt::format("{}: no picture (jpg, jpeg, png, webp) in this folder or below; {} other entries",
                                 root_, skipped_.size()));
  }
}

void FolderDataset::find_classes(const FolderScan& scan, bool keeps_empty_classes) {
  std::map<std::string, int32_t> classes;
  for (const auto& file : scan.files) {  // sorted: a class comes in one piece
    if (classes.empty() || !is_in_folder(file.name, classes.rbegin()->first))
      classes.emplace(first_folder(file.name), 0);
  }
  if (classes.empty() || classes.contains("")) return;
  for (const auto& directory : scan.directories) {
    const bool is_first_level = !directory.name.empty() && directory.name.find('/') == std::string::npos;
    if (is_first_level && !classes.contains(directory.name)) empty_classes_.push_back(directory.name);
  }
  if (keeps_empty_classes) {
    for (const auto& name : empty_classes_) classes.emplace(name, 0);
  }
  for (auto& [name, label] : classes) {
    label = static_cast<int32_t>(class_names_.size());
    class_names_.push_back(name);
  }
  labels_.reserve(scan.files.size());
  auto own = classes.end();
  for (const auto& file : scan.files) {
    if (own == classes.end() || !is_in_folder(file.name, own->first)) own = classes.find(first_folder(file.name));
    labels_.push_back(own->second);
  }
}

void FolderDataset::pack(std::vector<ScannedFile> files) {
  size_t bytes = 0;
  for (const ScannedFile& file : files) bytes += file.name.size();
  names_.reserve(files.size(), bytes);
  sizes_.reserve(files.size());
  for (const ScannedFile& file : files) {
    names_.add(file.name);
    sizes_.push_back(static_cast<uint32_t>(std::min<uint64_t>(file.size, std::numeric_limits<uint32_t>::max())));
  }
}

size_t FolderDataset::index_bytes() const {
  return names_.bytes() + sizes_.capacity() * sizeof(uint32_t) + labels_.capacity() * sizeof(int32_t);
}

void FolderDataset::read(int64_t index, StoredPicture& into) const {
  read_sample_file(fs_, path_of(index), into.bytes);
}

}  // namespace itpn
