#include "itpn/core/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>

#include "tests/support/fault_fs.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

std::string text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

class MappedFileTest : public testing::Test {
 protected:
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("x");
};

TEST_F(MappedFileTest, KeepsTheOldContentOfAFileThatIsReplacedOrDeleted) {
  write_file_atomically(posix_fs(), path_, std::string("old"));
  const MappedFile old(posix_fs(), path_);
  write_file_atomically(posix_fs(), path_, std::string("newer"));
  const MappedFile newer(posix_fs(), path_);
  remove_all(posix_fs(), path_);
  EXPECT_EQ(text_of(old), "old");
  EXPECT_EQ(text_of(newer), "newer");
}

TEST_F(MappedFileTest, ReadsWhereTheDiskCannotMap) {
  write_file_atomically(posix_fs(), path_, std::string("content"));
  test::FaultFs fs(posix_fs());
  const MappedFile file(fs, path_);
  EXPECT_FALSE(file.is_mapped());
  EXPECT_EQ(text_of(file), "content");
  fs.inject({.call = test::Call::kPread, .nth = fs.calls(test::Call::kPread) + 1, .error = EIO});
  EXPECT_THROW(MappedFile(fs, path_), SystemError);
}

TEST_F(MappedFileTest, TakesAnEmptyFileAndNothingButFiles) {
  EXPECT_THROW(MappedFile(posix_fs(), path_), SystemError);
  EXPECT_THROW(MappedFile(posix_fs(), directory_.path()), SystemError);
  write_file_atomically(posix_fs(), path_, std::string());
  EXPECT_TRUE(MappedFile(posix_fs(), path_).bytes().empty());
  ASSERT_EQ(::mkfifo(directory_.file("fifo").c_str(), 0600), 0);
  EXPECT_THROW(MappedFile(posix_fs(), directory_.file("fifo")), Error);
}

}  // namespace
}  // namespace itpn
