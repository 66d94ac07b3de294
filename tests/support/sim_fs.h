// A file system in memory that remembers what a real one may forget in a power cut: content that was not fsynced, and
// names made, renamed or deleted in a directory that was not fsynced. It promises no more than POSIX does: fsync of a
// file says nothing of its name, and changes that were not fsynced reach the disk in any order, or in part.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/core/philox.h"

namespace itpn::test {

class SimFs final : public Fs {
 public:
  SimFs();
  ~SimFs() override;

  // What the disk may hold if the power fails now: of all that was not fsynced, a random part (from nothing to all)
  // has been written. File content is kept or lost by sectors of 512 bytes, names change by change.
  std::unique_ptr<SimFs> after_power_cut(RandomStream& random) const;
  // The same files, all of it on the disk.
  std::unique_ptr<SimFs> copy() const;
  // Called before every call that changes anything; a test may look at `after_power_cut` in it, or throw.
  void set_before_change(std::function<void()> hook) { before_change_ = std::move(hook); }
  // Bytes that all files together may have; writes past it are short, then ENOSPC.
  void set_capacity(uint64_t bytes) { capacity_ = bytes; }
  // The content of a file, to be damaged. Throws std::out_of_range if there is no such file.
  std::vector<std::byte>& content(const std::string& path);
  // Descriptors that are open now.
  size_t open_files() const;

  int open(const std::string& path, OpenMode mode) override;
  int64_t pread(int file, void* into, size_t size, uint64_t offset) override;
  int64_t write(int file, const void* bytes, size_t size) override;
  int fsync(int file) override;
  int close(int file) override;
  int mkdir(const std::string& path) override;
  int rename(const std::string& from, const std::string& to) override;
  int unlink(const std::string& path) override;
  int list(const std::string& path, std::vector<DirectoryEntry>* entries) override;
  int stat(const std::string& path, FileStatus* status) override;
  int free_space(const std::string& path, uint64_t* bytes) override;
  int lock(int file) override;

 private:
  struct Node;
  using NodePtr = std::shared_ptr<Node>;
  struct OpenNode {
    NodePtr node;
    OpenMode mode = OpenMode::kRead;
    uint64_t offset = 0;
  };
  struct Place {  // where a path leads: the directory it lies in, and its name there
    NodePtr directory;
    std::string name;
  };

  NodePtr find(const std::string& path) const;
  Place place_of(const std::string& path) const;
  void announce_change();
  static NodePtr survivor(const Node& node, RandomStream* random, double kept);
  static std::vector<std::byte> surviving_content(const Node& node, RandomStream* random, double kept);
  static uint64_t bytes_below(const Node& node);

  NodePtr root_;
  std::map<int, OpenNode> open_;
  int next_file_ = 3;
  uint64_t capacity_ = 1ULL << 40;
  std::function<void()> before_change_;
  mutable std::recursive_mutex mutex_;  // the hook may look at the files
};

}  // namespace itpn::test
