// A disk that holds one file, whatever its name: the input of a fuzz target, or the start of a file too large to make.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/files.h"

namespace itpn::test {

class BytesFs : public Fs {
 public:
  explicit BytesFs(std::span<const std::byte> content) : content_(content) {}

  int open(const std::string&, OpenMode mode) override { return is_for_reading(mode) ? 0 : -EROFS; }
  int64_t pread(int, void* into, size_t size, uint64_t offset) override {
    if (offset >= content_.size()) return 0;
    const size_t count = std::min<uint64_t>(size, content_.size() - offset);
    std::memcpy(into, content_.data() + offset, count);
    return static_cast<int64_t>(count);
  }
  int stat(const std::string&, FileStatus* status) override {
    *status = {content_.size(), false, true};
    return 0;
  }
  int close(int) override { return 0; }
  int64_t write(int, const void*, size_t) override { return -EROFS; }
  int fsync(int) override { return -EROFS; }
  int mkdir(const std::string&) override { return -EROFS; }
  int rename(const std::string&, const std::string&) override { return -EROFS; }
  int unlink(const std::string&) override { return -EROFS; }
  int list(const std::string&, std::vector<DirectoryEntry>*) override { return -ENOTDIR; }
  int free_space(const std::string&, uint64_t*) override { return -ENOSYS; }
  int lock(int) override { return -ENOSYS; }

 private:
  std::span<const std::byte> content_;
};

}  // namespace itpn::test
