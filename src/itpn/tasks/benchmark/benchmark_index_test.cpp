#include "itpn/tasks/benchmark/benchmark_index.h"

#include <gtest/gtest.h>

#include "itpn/core/files.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

TEST(BenchmarkIndex, OpensWhatItWroteAndLeavesNothing) {
  const test::TemporaryDirectory directory;
  const IndexSpeed speed = benchmark_index({.count = 3000, .is_cold = true, .directory = directory.path()});
  EXPECT_EQ(speed.count, 3000);
  EXPECT_EQ(speed.classes, 3);
  EXPECT_GT(speed.file_bytes, 3000U * 16);
  EXPECT_GT(speed.open_seconds, 0.0);
  EXPECT_NE(index_speed_json(speed).find("\"count\":3000"), std::string::npos);
  std::vector<DirectoryEntry> left;
  posix_fs().list(directory.path(), &left);
  EXPECT_TRUE(left.empty());
}

}  // namespace
}  // namespace itpn
