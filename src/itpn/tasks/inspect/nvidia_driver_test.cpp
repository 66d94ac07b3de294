#include "itpn/tasks/inspect/nvidia_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/folder_tree.h"

namespace itpn {
namespace {

using testing::HasSubstr;

TEST(NvidiaDriver, TellsItsGpusThroughItsLibrary) {
  const NvidiaDriver driver = read_nvidia_driver(ITPN_FAKE_NVML);
  EXPECT_TRUE(driver.is_there);
  EXPECT_EQ(driver.version, "550.54.15");
  EXPECT_EQ(driver.cuda, 12040);
  ASSERT_EQ(driver.gpus.size(), 2U);
  EXPECT_EQ(driver.gpus[1].name, "NVIDIA T4");
  EXPECT_EQ(driver.gpus[1].memory, 16LL << 30);
  EXPECT_EQ(driver.gpus[1].used, 8LL << 30);
  EXPECT_EQ(driver.problem, "");
}

TEST(NvidiaDriver, WithoutALibraryIsReadFromTheKernel) {
  test::FolderTree tree;
  tree.write("/proc/driver/nvidia/version",
             "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023\n");
  tree.write("/proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA L4\nIRQ: 5\n");
  const NvidiaDriver driver = read_nvidia_driver("libno-such-library.so.1", tree.root());
  EXPECT_TRUE(driver.is_there);
  EXPECT_EQ(driver.version, "535.129.03");
  ASSERT_EQ(driver.gpus.size(), 1U);
  EXPECT_EQ(driver.gpus[0].name, "NVIDIA L4");
  EXPECT_THAT(driver.problem, HasSubstr("libno-such-library.so.1 is not here"));
}

TEST(NvidiaDriver, ThatIsNotLoadedIsNoNewsWithoutAGpu) {
  setenv("FAKE_NVML_FAILS", "1", 1);
  const test::FolderTree nothing;
  const NvidiaDriver driver = read_nvidia_driver(ITPN_FAKE_NVML, nothing.root());
  unsetenv("FAKE_NVML_FAILS");
  EXPECT_FALSE(driver.is_there);
  EXPECT_TRUE(driver.gpus.empty());
  EXPECT_EQ(driver.problem, "");
}

}  // namespace
}  // namespace itpn
