#include "itpn/data/datasets/folder_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

namespace itpn {
namespace {

class Scanner {
 public:
  Scanner(Fs& fs, const std::string& root, const ScanProgress& progress) : fs_(fs), root_(root), progress_(progress) {}

  FolderScan run() {
    // A stack of its own: the depth of a tree of folders has no limit that a call stack would survive.
    std::vector<std::string> waiting{""};
    while (!waiting.empty()) {
      const std::string name = std::move(waiting.back());
      waiting.pop_back();
      for (auto& sub : look_into(name)) waiting.push_back(std::move(sub));
    }
    const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    std::sort(result_.files.begin(), result_.files.end(), by_name);
    std::sort(result_.skipped.begin(), result_.skipped.end(), by_name);
    std::sort(result_.directories.begin(), result_.directories.end(), by_name);
    return std::move(result_);
  }

 private:
  std::string full(const std::string& name) const { return name.empty() ? root_ : join_path(root_, name); }
  static std::string below(const std::string& directory, const std::string& name) {
    return directory.empty() ? name : join_path(directory, name);
  }
  void skip(const std::string& name, const std::string& reason) { result_.skipped.push_back({name, reason}); }

  // The sub-folders of `directory`, whose files are taken.
  std::vector<std::string> look_into(const std::string& directory) {
    FileStatus status;
    std::vector<DirectoryEntry> entries;
    int failure = fs_.stat(full(directory), &status);
    if (failure == 0) failure = fs_.list(full(directory), &entries);
    if (failure < 0) {
      skip(directory, fmt::format("folder cannot be read: {}", std::strerror(-failure)));
      return {};
    }
    if (!visited_.insert({status.device, status.inode}).second) {
      skip(directory, "folder seen already (a link)");
      return {};
    }
    result_.directories.push_back({directory, status.device, status.inode, status.modified_ns});
    std::vector<std::string> sub_folders;
    for (const auto& entry : entries) {
      if (entry.name.starts_with('.')) continue;
      if (entry.is_directory) {
        sub_folders.push_back(below(directory, entry.name));
      } else {
        take_file(below(directory, entry.name));
      }
    }
    // The stack takes the last one first; sorted order decides which of two links to a folder counts.
    std::reverse(sub_folders.begin(), sub_folders.end());
    return sub_folders;
  }

  void take_file(const std::string& name) {
    if (!has_picture_extension(name)) return skip(name, "not a picture's name");
    FileStatus status;
    if (const int failure = fs_.stat(full(name), &status); failure < 0) {
      return skip(name, fmt::format("cannot be read: {}", std::strerror(-failure)));
    }
    if (!status.is_regular) return skip(name, "neither a file nor a link to one");
    result_.files.push_back({name, status.size});
    if (progress_) progress_(static_cast<int64_t>(result_.files.size()));
  }

  Fs& fs_;
  const std::string root_;
  const ScanProgress& progress_;
  std::set<std::pair<uint64_t, uint64_t>> visited_;
  FolderScan result_;
};

}  // namespace

bool has_picture_extension(const std::string& name) {
  static constexpr std::array<std::string_view, 4> kExtensions{"jpg", "jpeg", "png", "webp"};
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  std::string extension = name.substr(dot + 1);
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

FolderScan scan_folder(Fs& fs, const std::string& root, const ScanProgress& progress) {
  std::vector<DirectoryEntry> entries;
  if (const int failure = fs.list(root, &entries); failure < 0) {
    throw data_error(fmt::format("{}: cannot read this folder of pictures: {}", root, std::strerror(-failure)));
  }
  return Scanner(fs, root, progress).run();
}

}  // namespace itpn
