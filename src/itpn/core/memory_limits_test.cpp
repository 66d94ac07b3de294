#include "itpn/core/memory_limits.h"

#include <gtest/gtest.h>

#include "tests/support/folder_tree.h"

namespace itpn {
namespace {

constexpr int64_t kMiB = 1 << 20;
constexpr const char* kMemInfo = "MemTotal:       16777216 kB\nMemFree:  99 kB\nMemAvailable:   8388608 kB\n";

test::FolderTree machine_of_16_gib() {
  test::FolderTree tree;
  tree.write("/proc/meminfo", kMemInfo);
  return tree;
}

TEST(MemoryLimits, OfAMachineWithoutGroupsAreWhatIsAvailable) {
  const MemoryLimits limits = read_memory_limits(machine_of_16_gib().root());
  EXPECT_EQ(limits.total, 16384 * kMiB);
  EXPECT_EQ(limits.usable(), 8192 * kMiB);
  EXPECT_FALSE(limits.group);
}

TEST(MemoryLimits, OfVersion2LeaveOutTheFileCacheThatCanBeGivenBack) {
  test::FolderTree tree = machine_of_16_gib();
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.write("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  tree.write("/sys/fs/cgroup/memory.max", std::to_string(4096 * kMiB));
  tree.write("/sys/fs/cgroup/memory.current", std::to_string(3000 * kMiB));
  tree.write("/sys/fs/cgroup/memory.stat", "anon 5\ninactive_file " + std::to_string(2000 * kMiB) + "\n");
  const MemoryLimits limits = read_memory_limits(tree.root());
  EXPECT_EQ(limits.group.value_or(0), 4096 * kMiB);
  EXPECT_EQ(limits.group_used, 1000 * kMiB);
  EXPECT_EQ(limits.usable(), 3096 * kMiB);
}

TEST(MemoryLimits, OfVersion1AreTheSmallestOfTheGroupsAround) {
  test::FolderTree tree = machine_of_16_gib();
  const std::string top = "/sys/fs/cgroup/memory";
  tree.write("/proc/self/cgroup", "4:memory:/slurm/job_7/step\n");
  tree.write("/proc/self/mountinfo", "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  tree.write(top + "/slurm/job_7/step/memory.limit_in_bytes", "9223372036854771712\n");
  tree.write(top + "/slurm/job_7/memory.limit_in_bytes", std::to_string(2048 * kMiB));
  tree.write(top + "/slurm/job_7/memory.usage_in_bytes", std::to_string(2048 * kMiB));
  const MemoryLimits limits = read_memory_limits(tree.root());
  EXPECT_EQ(limits.group.value_or(0), 2048 * kMiB);
  EXPECT_EQ(limits.usable(), 0);
  EXPECT_EQ(limits.group_file, tree.root() + top + "/slurm/job_7/memory.limit_in_bytes");
}

TEST(MemoryLimits, NoLimitIsNone) {
  test::FolderTree tree = machine_of_16_gib();
  tree.write("/proc/self/cgroup", "0::/a b\n");
  tree.write("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/c\\040group rw - cgroup2 cgroup2 rw\n");
  tree.write("/sys/fs/c group/a b/memory.max", "max\n");
  EXPECT_FALSE(read_memory_limits(tree.root()).group);
  tree.write("/sys/fs/c group/a b/memory.max", "1048576\n");
  EXPECT_EQ(read_memory_limits(tree.root()).group.value_or(0), kMiB);
}

}  // namespace
}  // namespace itpn
