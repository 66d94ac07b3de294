#include "itpn/engine/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

Error error_of(const std::string& path, ExistingRun existing) {
  try {
    RunDirectory run(posix_fs(), path, existing);
  } catch (const Error& error) {
    return error;
  }
  return Error(ExitCode::kOk, "no error");
}

TEST(RunDirectory, IsMadeWithItsParents) {
  test::TemporaryDirectory folder;
  RunDirectory run(posix_fs(), folder.file("a/b"), ExistingRun::kRefuse);
  EXPECT_TRUE(is_directory(posix_fs(), folder.file("a/b")));
  EXPECT_TRUE(is_directory(posix_fs(), run.samples()));
}

TEST(RunDirectory, RefusesAnotherRunUnlessTold) {
  test::TemporaryDirectory folder;
  write_file_atomically(posix_fs(), folder.file("metrics.jsonl"), std::string("{}\n"));
  const Error error = error_of(folder.path(), ExistingRun::kRefuse);
  EXPECT_EQ(error.code(), ExitCode::kUsage);
  EXPECT_THAT(error.what(), HasSubstr("--resume auto"));
  EXPECT_EQ(error_of(folder.path(), ExistingRun::kContinue).code(), ExitCode::kOk);
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
  EXPECT_EQ(error_of(folder.file("file"), ExistingRun::kRefuse).code(), ExitCode::kInputOutput);
}

TEST(RunDirectory, IsHeldAgainstASecondRun) {
  test::TemporaryDirectory folder;
  RunDirectory run(posix_fs(), folder.path(), ExistingRun::kRefuse);
  EXPECT_EQ(error_of(folder.path(), ExistingRun::kOverwrite).code(), ExitCode::kDirectoryInUse);
}

}  // namespace
}  // namespace itpn
