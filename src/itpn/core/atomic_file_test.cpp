#include "itpn/core/atomic_file.h"

#include <gtest/gtest.h>

#include "tests/support/fault_fs.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

class AtomicFileTest : public testing::Test {
 protected:
  std::string content() { return read_text_file(posix_fs(), path_); }
  size_t files() {
    std::vector<DirectoryEntry> entries;
    posix_fs().list(directory_.path(), &entries);
    return entries.size();
  }
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("f");
};

TEST_F(AtomicFileTest, TheOldFileIsThereUntilTheNewOneIsWhole) {
  write_file_atomically(posix_fs(), path_, std::string("old"));
  AtomicFile file(posix_fs(), path_);
  file.write("ne");
  file.write("w");
  file.close();
  EXPECT_EQ(content(), "old");
  EXPECT_EQ(read_text_file(posix_fs(), file.temporary_path()), "new");
  file.commit();
  EXPECT_EQ(content(), "new");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, WhatIsNotCommittedLeavesNothing) {
  {
    AtomicFile file(posix_fs(), path_);
    file.write("new");
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(AtomicFileTest, TwoOfOneNameDoNotMeet) {
  AtomicFile first(posix_fs(), path_), second(posix_fs(), path_);
  first.write("first");
  second.write("second");
  second.commit();
  first.commit();
  EXPECT_EQ(content(), "first");
}

}  // namespace
}  // namespace itpn
