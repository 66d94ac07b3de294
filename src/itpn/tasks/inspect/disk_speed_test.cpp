#include "itpn/tasks/inspect/disk_speed.h"

#include <gtest/gtest.h>

#include <csignal>

#include "itpn/core/signals.h"
#include "tests/support/error_of.h"
#include "tests/support/fault_fs.h"
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

// The file has no name while it is written, so that not even SIGKILL leaves it behind.
class WatchingFs : public test::FaultFs {
 public:
  explicit WatchingFs(const std::string& folder) : FaultFs(posix_fs()), folder_(folder) {}
  int64_t write(int file, const void* bytes, size_t size) override {
    most_names = std::max(most_names, entries_of(folder_).size());
    return FaultFs::write(file, bytes, size);
  }
  size_t most_names = 0;

 private:
  std::string folder_;
};

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
