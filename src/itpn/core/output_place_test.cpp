#include "itpn/core/output_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

// The message of the error of exit code 5 that `call` throws.
template <class Call>
std::string refusal(Call call) {
  return test::error_of(ExitCode::kInputOutput, call);
}

TEST(OutputPlace, IsMadeAndLeftEmpty) {
  const test::TemporaryDirectory folder;
  const std::string place = folder.file("a/b");
  prepare_output_file(posix_fs(), join_path(place, "features.npy"));
  std::vector<DirectoryEntry> entries;
  ASSERT_EQ(posix_fs().list(place, &entries), 0);
  EXPECT_TRUE(entries.empty());
}

TEST(OutputPlace, BelowAFileOrOnADirectoryIsRefused) {
  const test::TemporaryDirectory folder;
  const std::string file = folder.file("file");
  write_file_atomically(posix_fs(), file, std::string("x"));
  EXPECT_THAT(refusal([&] { prepare_output_directory(posix_fs(), file); }), HasSubstr(file + ": is a file"));
  EXPECT_THAT(refusal([&] { prepare_output_directory(posix_fs(), join_path(file, "below")); }), HasSubstr(file));
  EXPECT_THAT(refusal([&] { prepare_output_file(posix_fs(), folder.path()); }), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace itpn
