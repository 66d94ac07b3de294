#include "itpn/data/datasets/folder_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace itpn {
namespace {

// First component of a path, or "" for a file of the root.
std::string first_folder(const std::string& name) {
  const size_t slash = name.find('/');
  return slash == std::string::npos ? "" : name.substr(0, slash);
}

}  // namespace

FolderDataset::FolderDataset(Fs& fs, std::string root, FolderScan scan, bool keeps_empty_classes)
    : fs_(fs), root_(std::move(root)) {
  find_classes(scan, keeps_empty_classes);
  files_ = std::move(scan.files);
  skipped_ = std::move(scan.skipped);
  if (files_.empty()) {
    throw data_error(fmt::format("{}: no picture (jpg, jpeg, png, webp) in this folder or below; {} other entries",
                                 root_, skipped_.size()));
  }
}

void FolderDataset::find_classes(const FolderScan& scan, bool keeps_empty_classes) {
  std::map<std::string, int32_t> classes;
  for (const auto& file : scan.files) classes.emplace(first_folder(file.name), 0);
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
  for (const auto& file : scan.files) labels_.push_back(classes.at(first_folder(file.name)));
}

void FolderDataset::read(int64_t index, StoredPicture& into) const {
  read_sample_file(fs_, join_path(root_, files_[index].name), into.bytes);
}

}  // namespace itpn
