#include "itpn/core/run_lock.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "itpn/core/errors.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::HasSubstr;

TEST(RunLock, RefusesASecondRunAndNamesTheFirst) {
  const test::TemporaryDirectory directory;
  const RunLock lock(posix_fs(), directory.path());
  try {
    const RunLock second(posix_fs(), directory.path());
    FAIL() << "two locks on one directory";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::kDirectoryInUse);
    EXPECT_THAT(e.what(), HasSubstr(fmt::format("pid {} on host ", ::getpid())));
    EXPECT_THAT(e.what(), HasSubstr(directory.path()));
  }
}

TEST(RunLock, IsFreeAgainAfterItsHolderIsGone) {
  const test::TemporaryDirectory directory;
  { const RunLock lock(posix_fs(), directory.path()); }
  const RunLock again(posix_fs(), directory.path());
  EXPECT_THAT(read_text_file(posix_fs(), directory.file("run.lock")), HasSubstr(fmt::format("pid {} ", ::getpid())));
}

TEST(RunLock, ALockFileOfAKilledProcessBlocksNobody) {
  const test::TemporaryDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    const RunLock lock(posix_fs(), directory.path());
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(exists(posix_fs(), directory.file("run.lock")));
  EXPECT_NO_THROW(RunLock(posix_fs(), directory.path()));
}

TEST(RunLock, AMissingDirectoryIsAnErrorOfTheDisk) {
  const test::TemporaryDirectory directory;
  try {
    const RunLock lock(posix_fs(), directory.file("missing"));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::kInputOutput);
  }
}

}  // namespace
}  // namespace itpn
