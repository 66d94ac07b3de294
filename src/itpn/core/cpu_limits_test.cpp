#include "itpn/core/cpu_limits.h"

#include <gtest/gtest.h>

#include "itpn/core/cgroup.h"
#include "tests/support/folder_tree.h"

namespace itpn {
namespace {

using test::FolderTree;

constexpr const char* kVersion2Mount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

// A machine of 16 cores, of which the process may use those in `allowed`.
FolderTree machine_of_16(const std::string& allowed) {
  FolderTree tree;
  tree.write("/sys/devices/system/cpu/online", "0-15\n");
  tree.write("/proc/self/status", "Name:\titpn\nCpus_allowed:\tffff\nCpus_allowed_list:\t" + allowed + "\n");
  return tree;
}

TEST(CpuLimits, WithoutGroupsAllAllowedCoresAreUsable) {
  const FolderTree tree = machine_of_16("0-3,8,10-11");
  const CpuLimits limits = read_cpu_limits(tree.root());
  EXPECT_EQ(limits.machine_cores, 16);
  EXPECT_EQ(limits.allowed_cores, 7);
  EXPECT_FALSE(limits.quota);
  EXPECT_EQ(limits.usable_cores(), 7);
}

TEST(CpuLimits, AQuotaOfVersion2IsRespectedInWholeCores) {
  FolderTree tree = machine_of_16("0-15");
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.write("/proc/self/mountinfo", kVersion2Mount);
  tree.write("/sys/fs/cgroup/cpu.max", "350000 100000\n");
  const CpuLimits limits = read_cpu_limits(tree.root());
  EXPECT_DOUBLE_EQ(limits.quota.value_or(0), 3.5);
  EXPECT_EQ(limits.quota_file, tree.root() + "/sys/fs/cgroup/cpu.max");
  EXPECT_EQ(limits.usable_cores(), 3);
}

TEST(CpuLimits, TheSmallestQuotaOfTheGroupsAroundCounts) {
  FolderTree tree = machine_of_16("0-15");
  tree.write("/proc/self/cgroup", "0::/batch.slice/job_7/step_0\n");
  tree.write("/proc/self/mountinfo", kVersion2Mount);
  tree.write("/sys/fs/cgroup/batch.slice/cpu.max", "max 100000\n");
  tree.write("/sys/fs/cgroup/batch.slice/job_7/cpu.max", "200000 50000\n");
  tree.write("/sys/fs/cgroup/batch.slice/job_7/step_0/cpu.max", "600000 100000\n");
  EXPECT_EQ(read_cpu_limits(tree.root()).usable_cores(), 4);
}

TEST(CpuLimits, AQuotaOfVersion1IsReadBelowTheContainersOwnTop) {
  FolderTree tree = machine_of_16("0-15");
  tree.write("/proc/self/cgroup", "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/system.slice\n");
  tree.write("/proc/self/mountinfo",
             "33 31 0:30 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
             "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  tree.write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000\n");
  tree.write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  const CpuLimits limits = read_cpu_limits(tree.root());
  EXPECT_DOUBLE_EQ(limits.quota.value_or(0), 2.5);
  EXPECT_EQ(limits.usable_cores(), 2);
  EXPECT_EQ(cgroup_folders("cpu", tree.root()).version, 1);
}

TEST(CpuLimits, NoLimitOfVersion1IsNone) {
  FolderTree tree = machine_of_16("0-15");
  tree.write("/proc/self/cgroup", "1:cpu:/user.slice\n");
  tree.write("/proc/self/mountinfo", "33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
  tree.write("/sys/fs/cgroup/cpu/user.slice/cpu.cfs_quota_us", "-1\n");
  tree.write("/sys/fs/cgroup/cpu/user.slice/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(read_cpu_limits(tree.root()).usable_cores(), 16);
}

TEST(CpuLimits, AWholeCoreIsLeftHoweverSmallTheQuota) {
  FolderTree tree = machine_of_16("0-15");
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.write("/proc/self/mountinfo", kVersion2Mount);
  tree.write("/sys/fs/cgroup/cpu.max", "20000 100000\n");
  EXPECT_EQ(read_cpu_limits(tree.root()).usable_cores(), 1);
}

TEST(CpuLimits, AQuotaBeyondTheAllowedCoresChangesNothing) {
  FolderTree tree = machine_of_16("4-5");
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.write("/proc/self/mountinfo", kVersion2Mount);
  tree.write("/sys/fs/cgroup/cpu.max", "800000 100000\n");
  EXPECT_EQ(read_cpu_limits(tree.root()).usable_cores(), 2);
}

TEST(CpuLimits, OddTextsAreNoLimit) {
  for (const char* text : {"", "max", "-1 100000", "0 100000", "100000", "100000 0", "much little"}) {
    FolderTree tree = machine_of_16("0-15");
    tree.write("/proc/self/cgroup", "no colons\n0::/\n");
    tree.write("/proc/self/mountinfo", std::string("1 2 3\n") + kVersion2Mount);
    tree.write("/sys/fs/cgroup/cpu.max", text);
    EXPECT_EQ(read_cpu_limits(tree.root()).usable_cores(), 16) << '"' << text << '"';
  }
}

TEST(CpuLimits, OfThisMachineAreAtLeastOneCore) {
  EXPECT_GE(usable_cores(), 1);
  EXPECT_LE(usable_cores(), cpu_limits().machine_cores);
}

}  // namespace
}  // namespace itpn
