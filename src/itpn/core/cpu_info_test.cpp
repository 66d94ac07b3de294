#include "itpn/core/cpu_info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/kernel_files.h"
#include "tests/support/folder_tree.h"

namespace itpn {
namespace {

using testing::ElementsAre;

TEST(CpuInfo, CountsSocketsAndCoresWithTwoThreadsEach) {
  std::string text;
  for (const auto& [socket, core] : {std::pair{0, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 0}, {0, 1}, {1, 0}, {1, 1}}) {
    text += "processor\t: 0\nmodel name\t: A Fast One @ 3.00GHz\nphysical id\t: " + std::to_string(socket) +
            "\ncore id\t\t: " + std::to_string(core) + "\nflags\t\t: fpu avx2 fma avx512fp16 avx512f\n\n";
  }
  test::FolderTree tree;
  tree.write("/proc/cpuinfo", text);
  const CpuInfo info = read_cpu_info(tree.root());
  EXPECT_EQ(info.model, "A Fast One @ 3.00GHz");
  EXPECT_EQ(info.sockets, 2);
  EXPECT_EQ(info.full_cores, 4);
  EXPECT_THAT(info.instructions, ElementsAre("avx2", "fma", "avx512f"));
  EXPECT_FALSE(info.has("avx512bw"));
}

TEST(CpuInfo, OfAnArmProcessorHasInstructionsButNoName) {
  test::FolderTree tree;
  tree.write("/proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd sve bf16\nCPU implementer\t: 0x41\n");
  const CpuInfo info = read_cpu_info(tree.root());
  EXPECT_EQ(info.model, "");
  EXPECT_THAT(info.instructions, ElementsAre("asimd", "sve", "bf16"));
}

TEST(Mounts, TheDeepestAndThenTheLastHoldsAPath) {
  test::FolderTree tree;
  tree.write("/proc/self/mountinfo",
             "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
             "2 1 8:2 / /data rw shared:1 - xfs /dev/sdb rw\n"
             "3 1 8:3 / /data rw shared:2 - nfs4 host:/x rw\n");
  const std::vector<Mount> all = mounts(tree.root());
  EXPECT_EQ(mount_of(all, "/data/runs")->type, "nfs4");
  EXPECT_EQ(mount_of(all, "/data")->type, "nfs4");
  EXPECT_EQ(mount_of(all, "/database")->type, "ext4");
  EXPECT_FALSE(mount_of({}, "/data"));
}

}  // namespace
}  // namespace itpn
