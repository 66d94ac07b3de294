// What lies where in a plain tar file, so that its members can be read in any order with pread. Nothing is ever
// extracted: a member's name is a key, never a path.
//
// Known: ustar, old v7 and GNU headers, long names (GNU L, pax path), large sizes (base 256, pax size). A hard or
// symbolic link has the content of the member that it points to. Devices, directories and sparse files are skipped and
// counted. Files joined by `cat` are read to the last of them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/core/files.h"

namespace itpn {

struct TarMember {
  std::string_view name;  // bytes as stored; borrowed from the index
  uint64_t offset = 0;    // of the first byte of content, from the start of the file
  uint64_t size = 0;
};

class TarIndex {
 public:
  // Reads the headers of `path`, one small read a member. A file that is damaged or cut gives the members before the
  // damage and says so in `defect()`; a file whose very first header is none throws Error with exit code 3.
  static TarIndex scan(Fs& fs, const std::string& path);

  size_t size() const { return entries_.size(); }
  TarMember member(size_t i) const;
  // Why the scan ended early ("cut: ...", "damaged: ...", "empty"), or "" where the file is whole.
  const std::string& defect() const { return defect_; }
  // Members that are neither regular files nor links to one in this file.
  int64_t skipped() const { return skipped_; }
  // Names of those among them that are links, to nothing in this file.
  const std::vector<std::string>& broken_links() const { return broken_links_; }
  const std::string& path() const { return path_; }

 private:
  friend class TarScanner;
  friend class TarLinks;
  // Names lie one after the other in one string: millions of members cost about 24 bytes each and their names.
  struct Entry {
    uint64_t offset;
    uint64_t size;
    uint64_t name_begin;
  };
  std::string path_;
  std::string names_;
  std::vector<Entry> entries_;
  std::string defect_;
  int64_t skipped_ = 0;
  std::vector<std::string> broken_links_;
};

// Consecutive members of one WebDataset sample.
struct TarSample {
  uint32_t first = 0;
  uint32_t count = 0;
};

// A member's name as WebDataset takes it apart: "dir/a.seg.png" is key "dir/a", extension "seg.png". The key is empty
// where the name has no extension or the file name begins with a dot; such members belong to no sample.
struct TarKey {
  std::string_view key;
  std::string_view extension;
};
TarKey split_tar_key(std::string_view name);

// The samples of a shard in order. Throws Error with exit code 3, naming shard and key, where a key comes back later in
// the file or an extension twice in one sample.
std::vector<TarSample> group_samples(const TarIndex& index);

// The first member of `sample` whose extension, in any case, is one of `extensions` (given in lower case).
std::optional<TarMember> find_member(const TarIndex& index, const TarSample& sample,
                                     std::initializer_list<std::string_view> extensions);

}  // namespace itpn
