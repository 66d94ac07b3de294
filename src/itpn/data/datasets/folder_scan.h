// Which pictures lie below a folder.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/data/datasets/dataset.h"

namespace itpn {

struct ScannedFile {
  std::string name;  // path below the folder, bytes as stored
  uint64_t size = 0;
  bool operator==(const ScannedFile&) const = default;
};

// A folder that was looked into, with what shows later whether entries came or went.
struct ScannedDirectory {
  std::string name;  // path below the root, "" for the root itself
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t modified_ns = 0;
  bool operator==(const ScannedDirectory&) const = default;
};

struct FolderScan {
  std::vector<ScannedFile> files;  // sorted by name, bytewise
  std::vector<ScannedDirectory> directories;
  std::vector<SkippedEntry> skipped;
};

// Told how many files were found so far.
using ScanProgress = std::function<void(int64_t)>;

// jpg, jpeg, png or webp, in any case.
bool has_picture_extension(const std::string& name);

// Looks into all sub-folders, through links too, each folder once (so loops end). Only regular files with a picture's
// extension are taken; the rest is skipped with a reason, a folder that a system keeps for itself as one. Hidden files
// (.name) are skipped silently. Throws
// data_error if `root` is not a folder that can be read.
FolderScan scan_folder(Fs& fs, const std::string& root, const ScanProgress& progress = {});

}  // namespace itpn
