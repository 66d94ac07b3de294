#include "itpn/tasks/inspect/disk_speed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "itpn/core/signals.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

std::vector<DirectoryEntry> entries_of(const std::string& folder) {
  std::vector<DirectoryEntry> entries;
  EXPECT_GE(posix_fs().list(folder, &entries), 0);
  return entries;
}

TEST(DiskSpeed, IsMeasuredWithinItsLimitsAndLeavesNothing) {
  const test::TemporaryDirectory directory;
  const std::optional<DiskSpeed> speed = measure_disk_speed(posix_fs(), directory.path(), {9 << 20, 5.0});
  ASSERT_TRUE(speed);
  EXPECT_EQ(speed->bytes, 12U << 20);  // in pieces of 4 MiB
  EXPECT_GT(speed->write_rate, 0.0);
  EXPECT_GT(speed->read_rate, 0.0);
  EXPECT_TRUE(entries_of(directory.path()).empty());
}

// The real disk, which counts the names in a folder whenever something is written.
class WatchingFs : public Fs {
 public:
  explicit WatchingFs(const std::string& folder) : folder_(folder) {}
  int open(const std::string& path, OpenMode mode) override { return real_.open(path, mode); }
  int64_t pread(int file, void* into, size_t size, uint64_t offset) override {
    return real_.pread(file, into, size, offset);
  }
  int64_t write(int file, const void* bytes, size_t size) override {
    most_names = std::max(most_names, entries_of(folder_).size());
    return real_.write(file, bytes, size);
  }
  int fsync(int file) override { return real_.fsync(file); }
  int close(int file) override { return real_.close(file); }
  int mkdir(const std::string& path) override { return real_.mkdir(path); }
  int rename(const std::string& from, const std::string& to) override { return real_.rename(from, to); }
  int unlink(const std::string& path) override { return real_.unlink(path); }
  int list(const std::string& path, std::vector<DirectoryEntry>* entries) override { return real_.list(path, entries); }
  int stat(const std::string& path, FileStatus* status) override { return real_.stat(path, status); }
  int free_space(const std::string& path, uint64_t* bytes) override { return real_.free_space(path, bytes); }
  int lock(int file) override { return real_.lock(file); }
  size_t most_names = 0;

 private:
  Fs& real_ = posix_fs();
  std::string folder_;
};

// So that not even SIGKILL leaves it behind.
TEST(DiskSpeed, ItsFileHasNoNameWhileItIsWritten) {
  const test::TemporaryDirectory directory;
  WatchingFs fs(directory.path());
  ASSERT_TRUE(measure_disk_speed(fs, directory.path(), {8 << 20, 5.0}));
  EXPECT_EQ(fs.most_names, 0U);
}

TEST(DiskSpeed, AFolderThatCannotBeWrittenIsAnError) {
  const std::string message = test::error_of(ExitCode::kInputOutput, [] {
    measure_disk_speed(posix_fs(), "/proc/self", {4 << 20, 1.0});
  });
  EXPECT_NE(message.find("/proc/self"), std::string::npos) << message;
}

TEST(DiskSpeed, ASignalEndsTheMeasurement) {
  const test::TemporaryDirectory directory;
  install_signal_handlers();
  raise(SIGINT);
  const std::optional<DiskSpeed> speed = measure_disk_speed(posix_fs(), directory.path());
  forget_signals();
  EXPECT_FALSE(speed);
  EXPECT_TRUE(entries_of(directory.path()).empty());
}

}  // namespace
}  // namespace itpn
