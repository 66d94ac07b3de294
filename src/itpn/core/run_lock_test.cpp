#include "itpn/core/run_lock.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"
#include "tests/support/fault_fs.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::HasSubstr;

TEST(RunLock, RefusesASecondRunAndNamesTheFirst) {
  const test::TemporaryDirectory directory;
  const RunLock lock(posix_fs(), directory.path());
  const std::string message = test::error_of(ExitCode::kDirectoryInUse, [&] { RunLock(posix_fs(), directory.path()); });
  EXPECT_THAT(message, HasSubstr(fmt::format("pid {} on host ", ::getpid())));
  EXPECT_THAT(message, HasSubstr(directory.path()));
}

TEST(RunLock, GoesOnAfterAnInterruptionAndWhereAFileSystemHasNoLocks) {
  const test::TemporaryDirectory directory;
  for (const int error : {EINTR, ENOSYS, EOPNOTSUPP, ENOLCK}) {
    test::FaultFs faulty(posix_fs());
    faulty.inject({.call = test::Call::kLock, .error = error});
    testing::internal::CaptureStderr();
    const RunLock lock(faulty, directory.path());
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(said.find("has no locks") != std::string::npos, error != EINTR) << std::strerror(error);
    EXPECT_EQ(faulty.calls(test::Call::kLock), error == EINTR ? 2 : 1);
  }
}

TEST(RunLock, OtherErrorsOfLockingAreInputOutputErrors) {
  const test::TemporaryDirectory directory;
  test::FaultFs faulty(posix_fs());
  faulty.inject({.call = test::Call::kLock, .error = EIO});
  EXPECT_THAT(test::error_of(ExitCode::kInputOutput, [&] { RunLock(faulty, directory.path()); }),
              HasSubstr("run.lock"));
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
  test::error_of(ExitCode::kInputOutput, [&] { RunLock(posix_fs(), directory.file("missing")); });
}

}  // namespace
}  // namespace itpn
