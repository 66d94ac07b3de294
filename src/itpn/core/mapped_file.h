// A file that is read through the kernel's page cache: its bytes take none of the process's own memory.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/files.h"

namespace itpn {

// Only for files that are replaced by rename, never changed or cut where they lie: a page that is gone when it is
// looked at kills the process (SIGBUS). Where the disk cannot map the file (Fs::map), it is read into memory.
class MappedFile {
 public:
  // Throws as read_file does.
  MappedFile(Fs& fs, const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }
  bool is_mapped() const { return is_mapped_; }

 private:
  Fs& fs_;
  std::vector<std::byte> copy_;  // where it could not be mapped
  std::span<const std::byte> bytes_;
  bool is_mapped_ = false;
};

}  // namespace itpn
