// A disk with a given number of bytes left, for the tests of the writers.
#pragma once

#include <algorithm>
#include <cerrno>

#include "itpn/core/files.h"

namespace itpn::test {

// Passes everything on to the real disk, but takes only `room` bytes; a write that fits in part is short.
class FullDisk : public Fs {
 public:
  uint64_t room = 0;

  int open(const std::string& path, OpenMode mode) override { return disk_.open(path, mode); }
  int64_t pread(int file, void* into, size_t size, uint64_t offset) override {
    return disk_.pread(file, into, size, offset);
  }
  int64_t write(int file, const void* bytes, size_t size) override {
    if (room == 0) return -ENOSPC;
    const int64_t written = disk_.write(file, bytes, std::min<uint64_t>(size, room));
    room -= static_cast<uint64_t>(std::max<int64_t>(written, 0));
    return written;
  }
  int fsync(int file) override { return disk_.fsync(file); }
  int close(int file) override { return disk_.close(file); }
  int mkdir(const std::string& path) override { return disk_.mkdir(path); }
  int rename(const std::string& from, const std::string& to) override { return disk_.rename(from, to); }
  int unlink(const std::string& path) override { return disk_.unlink(path); }
  int list(const std::string& path, std::vector<DirectoryEntry>* entries) override { return disk_.list(path, entries); }
  int stat(const std::string& path, FileStatus* status) override { return disk_.stat(path, status); }
  int free_space(const std::string& path, uint64_t* bytes) override { return disk_.free_space(path, bytes); }
  int lock(int file) override { return disk_.lock(file); }

 private:
  Fs& disk_ = posix_fs();
};

}  // namespace itpn::test
