#include "itpn/data/datasets/folder_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

#include "itpn/core/file_ending.h"
#include "itpn/data/datasets/system_names.h"

namespace itpn {
namespace {

template <size_t N>
bool has_any_ending(const std::string& name, const std::array<std::string_view, N>& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return has_ending(name, ending); });
}

bool has_other_picture_extension(const std::string& name) {
  return has_any_ending(
      name, std::array<std::string_view, 22>{".jfif", ".jpe",  ".jfi",  ".jif",  ".bmp", ".dib", ".gif", ".tif",
                                             ".tiff", ".heic", ".heif", ".avif", ".jp2", ".j2k", ".jxl", ".psd",
                                             ".svg",  ".ppm",  ".pgm",  ".dng",  ".cr2", ".nef"});
}

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
      skip(directory, kUnreadableFolder + std::string(std::strerror(-failure)));
      return {};
    }
    if (!visited_.insert({status.device, status.inode}).second) {
      skip(directory, kLinkedAgain);
      return {};
    }
    result_.directories.push_back({directory, status.device, status.inode, status.modified_ns});
    std::vector<std::string> sub_folders;
    for (const auto& entry : entries) {
      if (entry.is_directory && is_system_folder(entry.name)) {
        skip(below(directory, entry.name), kSystemFolder);
      } else if (entry.name.starts_with('.')) {
        continue;
      } else if (entry.is_directory) {
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
    if (!has_picture_extension(name))
      return skip(name, has_other_picture_extension(name) ? kOtherFormat : kNotAPicture);
    FileStatus status;
    if (const int failure = fs_.stat(full(name), &status); failure < 0) {
      return skip(name, kUnreadableFile + std::string(std::strerror(-failure)));
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
  return has_any_ending(name, std::array<std::string_view, 4>{".jpg", ".jpeg", ".png", ".webp"});
}

FolderScan scan_folder(Fs& fs, const std::string& root, const ScanProgress& progress) {
  std::vector<DirectoryEntry> entries;
  if (const int failure = fs.list(root, &entries); failure < 0) {
    throw data_error(fmt::format("{}: cannot read this folder of pictures: {}", root, std::strerror(-failure)));
  }
  return Scanner(fs, root, progress).run();
}

}  // namespace itpn
