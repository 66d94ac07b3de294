#include "itpn/core/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "itpn/core/mapped_file.h"
#include "itpn/core/uncached_buffer.h"
#include "tests/support/fault_fs.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using test::Call;
using test::FaultFs;
using testing::ElementsAre;
using testing::HasSubstr;

class Files : public testing::Test {
 protected:
  std::vector<std::string> names(const std::string& path) {
    std::vector<DirectoryEntry> entries;
    fs_.list(path, &entries);
    std::vector<std::string> names;
    for (const auto& entry : entries) names.push_back(entry.name);
    return names;
  }

  test::TemporaryDirectory directory_;
  FaultFs fs_{posix_fs()};
};

TEST_F(Files, AnAtomicWriteThatFailsLeavesTheOldContentAndNothingElse) {
  const std::string path = directory_.file("config.toml");
  write_file_atomically(fs_, path, std::string("old"));
  for (const Call call : {Call::kOpen, Call::kWrite, Call::kFsync, Call::kClose, Call::kRename}) {
    fs_.reset();
    fs_.inject({.call = call, .error = EIO});
    EXPECT_THROW(write_file_atomically(fs_, path, std::string("new")), SystemError) << test::name_of(call);
    EXPECT_EQ(read_text_file(posix_fs(), path), "old");
    EXPECT_THAT(names(directory_.path()), ElementsAre("config.toml"));
  }
}

TEST_F(Files, WritesAndReadsGoOnAfterInterruptionsAndShortTransfers) {
  const std::string path = directory_.file("data"), text(1000, 'x');
  for (const Call call : {Call::kOpen, Call::kWrite, Call::kPread}) {
    for (int64_t n = 1; n < 9; n += 2) fs_.inject({.call = call, .nth = n, .error = EINTR});
    for (int64_t n = 2; n < 9; n += 2) fs_.inject({.call = call, .nth = n, .is_short = true});
  }
  write_file_atomically(fs_, path, text);
  EXPECT_EQ(read_text_file(fs_, path), text);
}

TEST_F(Files, AFailedFlushIsNotTriedAgain) {
  fs_.inject({.call = Call::kFsync, .error = EINTR});
  EXPECT_THROW(write_file_atomically(fs_, directory_.file("x"), std::string("x")), SystemError);
  EXPECT_EQ(fs_.calls(Call::kFsync), 1);
}

TEST_F(Files, ErrorsSayWhereWhatAndWhatToDo) {
  fs_.inject({.call = Call::kWrite, .error = ENOSPC});
  try {
    write_file_atomically(fs_, directory_.file("x"), std::string("x"));
    FAIL();
  } catch (const SystemError& e) {
    EXPECT_TRUE(e.is_disk_full());
    EXPECT_EQ(e.code(), ExitCode::kInputOutput);
    EXPECT_THAT(e.what(), HasSubstr(directory_.file("x")));
    EXPECT_THAT(e.what(), HasSubstr("No space left on device; free some space"));
  }
}

TEST_F(Files, DeletingATreeDoesNotFollowLinks) {
  const std::string outside = directory_.file("outside"), tree = directory_.file("tree");
  make_directories(fs_, outside);
  write_file_atomically(fs_, join_path(outside, "precious"), std::string("x"));
  make_directories(fs_, join_path(tree, "a/b"));
  ASSERT_EQ(::symlink(outside.c_str(), join_path(tree, "a/link").c_str()), 0);
  remove_all(fs_, tree);
  EXPECT_FALSE(exists(fs_, tree));
  EXPECT_TRUE(exists(fs_, join_path(outside, "precious")));
  EXPECT_NO_THROW(remove_all(fs_, tree)) << "what is not there needs no deleting";
}

// "Not there" decides over starting from nothing; an error must not look like it.
TEST_F(Files, APathThatCannotBeLookedAtIsNotAbsent) {
  EXPECT_FALSE(exists(fs_, directory_.file("x/y")));
  EXPECT_FALSE(is_directory(fs_, directory_.file("x")));
  fs_.inject({.call = Call::kStat, .nth = fs_.calls(Call::kStat) + 1, .and_all_later = true, .error = EIO});
  EXPECT_THROW(exists(fs_, directory_.path()), SystemError);
  EXPECT_THROW(is_directory(fs_, directory_.path()), SystemError);
}

TEST_F(Files, ReadingIsBoundedAndTakesRegularFilesOnly) {
  write_file_atomically(fs_, directory_.file("x"), std::string("12345"));
  EXPECT_EQ(read_text_file(fs_, directory_.file("x"), 5), "12345");
  EXPECT_THROW(read_text_file(fs_, directory_.file("x"), 4), Error);
  EXPECT_THROW(read_text_file(fs_, directory_.path()), SystemError);
  EXPECT_THROW(read_text_file(fs_, directory_.file("missing")), SystemError);
  ASSERT_EQ(::mkfifo(directory_.file("fifo").c_str(), 0600), 0);
  EXPECT_THROW(read_text_file(fs_, directory_.file("fifo")), Error);
}

TEST_F(Files, AFileThatEndsTooEarlyIsAnError) {
  write_file_atomically(fs_, directory_.file("x"), std::string("12345"));
  OpenFile file(fs_, directory_.file("x"), OpenMode::kRead);
  std::array<std::byte, 4> bytes{};
  EXPECT_NO_THROW(file.read_exactly(bytes, 1));
  EXPECT_THROW(file.read_exactly(bytes, 2), Error);
}

// Pages of the file that are in the system's memory.
size_t cached_pages(const std::string& path) {
  const MappedFile file(posix_fs(), path);
  const auto bytes = file.bytes();
  std::vector<unsigned char> pages((bytes.size() + kUncachedAlignment - 1) / kUncachedAlignment);
  EXPECT_EQ(::mincore(const_cast<std::byte*>(bytes.data()), bytes.size(), pages.data()), 0);
  return static_cast<size_t>(std::count_if(pages.begin(), pages.end(), [](unsigned char page) { return page & 1; }));
}

bool can_go_past_cache(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_DIRECT, 0600);
  if (file >= 0) ::close(file);
  return file >= 0;
}

TEST_F(Files, UncachedFilesHoldWhatWasWrittenWhateverTheSizes) {
  UncachedBuffer buffer(4 * kUncachedAlignment);
  const auto bytes = buffer.bytes();
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31 % 251);
  for (const bool is_short : {false, true}) {
    for (const size_t size : {size_t{0}, size_t{5}, kUncachedAlignment, kUncachedAlignment + 1, bytes.size()}) {
      const std::string path = directory_.file("uncached");
      fs_.reset();
      if (is_short) fs_.inject({.call = Call::kWrite, .is_short = true});
      OpenFile written(fs_, path, OpenMode::kCreateUncached);
      written.write_all(bytes.first(size));
      written.write_all(bytes);  // behind whatever is there
      written.close();
      std::vector<std::byte> expected(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      expected.insert(expected.end(), bytes.begin(), bytes.end());
      EXPECT_EQ(read_file(fs_, path), expected);
      UncachedBuffer back(expected.size());
      OpenFile(fs_, path, OpenMode::kReadUncached).read_exactly(back.bytes().first(expected.size()), 0);
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), back.bytes().begin()));
    }
  }
}

TEST_F(Files, UncachedTransfersLeaveTheSystemsMemoryAlone) {
  constexpr size_t kPages = 64;
  const std::string cached = directory_.file("cached"), uncached = directory_.file("uncached");
  if (!can_go_past_cache(uncached)) GTEST_SKIP() << "no file of this folder goes past the page cache";
  UncachedBuffer buffer(kPages * kUncachedAlignment);
  OpenFile(fs_, cached, OpenMode::kCreate).write_all(buffer.bytes());
  if (cached_pages(cached) != kPages) GTEST_SKIP() << "the page cache of this folder cannot be seen";
  OpenFile(fs_, uncached, OpenMode::kCreateUncached).write_all(buffer.bytes());
  EXPECT_EQ(cached_pages(uncached), 0);
  OpenFile(fs_, uncached, OpenMode::kReadUncached).read_exactly(buffer.bytes(), 0);
  EXPECT_EQ(cached_pages(uncached), 0);
}

TEST_F(Files, MakingADirectoryThatIsThereIsNoErrorAFileInItsPlaceIs) {
  make_directories(fs_, directory_.file("a/b"));
  EXPECT_NO_THROW(make_directories(fs_, directory_.file("a/b/")));
  write_file_atomically(fs_, directory_.file("f"), std::string("x"));
  EXPECT_THROW(make_directories(fs_, directory_.file("f")), SystemError);
  EXPECT_THROW(make_directories(fs_, directory_.file("f/g")), SystemError);
}

TEST(Paths, JoinAndParentAreInverse) {
  EXPECT_EQ(join_path("a", "b"), "a/b");
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("", "b"), "b");
  EXPECT_EQ(join_path("a", "/b"), "/b");
  EXPECT_EQ(parent_path("a/b"), "a");
  EXPECT_EQ(parent_path("a/b/"), "a");
  EXPECT_EQ(parent_path("a"), "");
  EXPECT_EQ(parent_path("/a"), "/");
  EXPECT_EQ(parent_path("/"), "/");
}

}  // namespace
}  // namespace itpn
