#include "itpn/engine/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

void open_run(const std::string& path, ExistingRun existing) { RunDirectory(posix_fs(), path, existing); }

TEST(RunDirectory, IsMadeWithItsParents) {
  test::TemporaryDirectory folder;
  RunDirectory run(posix_fs(), folder.file("a/b"), ExistingRun::kRefuse);
  EXPECT_TRUE(is_directory(posix_fs(), folder.file("a/b")));
  EXPECT_TRUE(is_directory(posix_fs(), run.samples()));
}

TEST(RunDirectory, RefusesAnotherRunUnlessTold) {
  test::TemporaryDirectory folder;
  write_file_atomically(posix_fs(), folder.file("metrics.jsonl"), std::string("{}\n"));
  EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { open_run(folder.path(), ExistingRun::kRefuse); }),
              HasSubstr("--resume auto"));
  EXPECT_NO_THROW(open_run(folder.path(), ExistingRun::kContinue));
  EXPECT_TRUE(exists(posix_fs(), folder.file("metrics.jsonl")));
}

TEST(RunDirectory, OverwriteDeletesWhatARunWroteAndNothingElse) {
  test::TemporaryDirectory folder;
  write_file_atomically(posix_fs(), folder.file("metrics.jsonl"), std::string("{}\n"));
  write_file_atomically(posix_fs(), folder.file("thesis.tex"), std::string("years of work"));
  make_directories(posix_fs(), folder.file("checkpoints/step-1"));
  RunDirectory run(posix_fs(), folder.path(), ExistingRun::kOverwrite);
  EXPECT_TRUE(exists(posix_fs(), folder.file("metrics.jsonl"))) << "too early";
  run.discard_existing_run();
  EXPECT_FALSE(exists(posix_fs(), folder.file("metrics.jsonl")));
  EXPECT_FALSE(exists(posix_fs(), folder.file("checkpoints")));
  EXPECT_TRUE(exists(posix_fs(), folder.file("thesis.tex")));
}

TEST(RunDirectory, AFileInItsPlaceIsAnInputOutputError) {
  test::TemporaryDirectory folder;
  write_file_atomically(posix_fs(), folder.file("file"), std::string("x"));
  test::error_of(ExitCode::kInputOutput, [&] { open_run(folder.file("file"), ExistingRun::kRefuse); });
}

TEST(RunDirectory, IsHeldAgainstASecondRun) {
  test::TemporaryDirectory folder;
  RunDirectory run(posix_fs(), folder.path(), ExistingRun::kRefuse);
  test::error_of(ExitCode::kDirectoryInUse, [&] { open_run(folder.path(), ExistingRun::kOverwrite); });
}

}  // namespace
}  // namespace itpn
