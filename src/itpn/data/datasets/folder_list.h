// From a scanned folder to the list of its pictures, with classes and fingerprint.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/folder_scan.h"
#include "itpn/data/datasets/index_cache.h"

namespace itpn {

// Classes with those of `empty` among them, sorted bytewise, and the new number of each old class.
struct ClassesWithEmpty {
  std::vector<std::string> names;
  std::vector<int32_t> numbers;
};
ClassesWithEmpty with_empty_classes(const NamesView& classes, const NamesView& empty);

// `root` as it stands before each name. If all pictures lie in sub-folders, those of the first level are the classes,
// sorted bytewise; else there are none.
PictureList list_of(FolderScan scan, const std::string& root);

// The pictures below `root`, for open_index.
IndexSource folder_source(Fs& fs, const std::string& root, const ScanProgress& progress = {});

}  // namespace itpn
