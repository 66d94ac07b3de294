// The list of a folder's pictures, kept between runs: a folder of a million pictures is listed once, not at each start.
//
// A kept list is used only if it is whole (SHA-256) and no folder of it has changed since (device, inode, time of
// change of every folder). Files that are overwritten in place keep their old size in the list; nothing else does.
#pragma once

#include <optional>
#include <string>

#include "itpn/data/datasets/folder_scan.h"

namespace itpn {

// The directory that config.cache_dir means: itself, ~/.cache/itpn (or $XDG_CACHE_HOME/itpn) if empty, "" for "off" or
// where there is no home.
std::string cache_directory(const std::string& configured);

// The list as bytes that say for themselves whether they are whole, and back; nothing for anything damaged.
std::string encode_scan(const std::string& root, const FolderScan& scan);
std::optional<FolderScan> decode_scan(const std::string& root, const std::string& bytes);

// scan_folder through the cache in `directory` ("" = none). A cache that cannot be read or written costs time only.
FolderScan scan_folder_cached(Fs& fs, const std::string& root, const std::string& directory,
                              const ScanProgress& progress = {});

}  // namespace itpn
