// Indices of pictures, kept between runs: a folder of ten million pictures is listed once, not at each start.
//
// A kept index is used only if it is whole (SHA-256) and nothing that was looked into has changed since. It is replaced
// by rename, so several processes may write it at once, and those that have mapped the old one keep it.
#pragma once

#include <functional>
#include <string>

#include "itpn/core/files.h"
#include "itpn/data/datasets/picture_index.h"

namespace itpn {

// What the cache has to know about a kind of dataset.
struct IndexSource {
  // What the pictures are a list of, in words: equal keys mean equal lists, names included.
  std::string key;
  // Lists the pictures anew.
  std::function<PictureList()> scan;
  // Whether a scan would find what the index says.
  std::function<bool(const PictureIndex&)> is_fresh;
};

// The directory that config.cache_dir means: itself, ~/.cache/itpn (or $XDG_CACHE_HOME/itpn) if empty, "" for "off" or
// where there is no home.
std::string cache_directory(const std::string& configured);

// The kept index of `source` in `directory`, or a new one, which is kept there unless something changed so shortly
// before the scan that it might change again without a new time stamp. "" = no cache: the index lies in memory. A cache
// that cannot be read or written costs time only.
PictureIndex open_index(Fs& fs, const IndexSource& source, const std::string& directory);
// Where that is.
std::string index_path(const std::string& directory, const std::string& key);

// Whether the folder or shard at `path` is the one of `stamp`; and its stamp, all zeros if it cannot be looked at.
bool is_unchanged(Fs& fs, const std::string& path, const PlaceStamp& stamp);
PlaceStamp stamp_of(const FileStatus& status);

// `path` from the root of the disk on, as it is spelled; for keys.
std::string absolute_path(const std::string& path);

}  // namespace itpn
