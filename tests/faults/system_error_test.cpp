// Errors of the kernel itself, at any system call of a program that saves: it retries, or ends with a message and an
// exit code; the checkpoints that it had committed stay, and the next start goes on from them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <sstream>

#include "itpn/core/philox.h"
#include "sample_checkpoint.h"
#include "tests/support/fault_tally.h"
#include "tests/support/strace.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

constexpr int64_t kLastStep = 4;
constexpr int kKilled = 128;  // and more: ended by a signal

// Exit code; the program's stdout goes to `output`.
int run(const std::string& before, const std::string& directory, const std::string& output) {
  const std::string command =
      fmt::format("{} {} {} {} >{} 2>{}.err", before, ITPN_SAVE_LOOP, directory, kLastStep, output, output);
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : kKilled + WTERMSIG(status);
}

int64_t last_number_in(const std::string& path) {
  std::istringstream lines(read_text_file(posix_fs(), path));
  int64_t last = -1;
  for (int64_t number = 0; lines >> number;) last = number;
  return last;
}

std::string injecting(const std::string& call, const std::string& error, int64_t nth) {
  return fmt::format(
      "ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace={0} -e inject={0}:error={1}:when={2}", call,
      error, nth);
}

TEST(SystemError, AtAnyCallLosesNothing) {
  if (!can_use_strace()) GTEST_SKIP() << "strace is not here or not allowed";
  FaultTally tally("4", "errors of the kernel at a random call (strace)");
  const std::array calls = {"openat", "write", "fsync",      "pread64",    "close",  "mkdir", "rename",
                            "unlink", "rmdir", "getdents64", "newfstatat", "statfs", "flock"};
  const std::array errors = {"ENOSPC", "EIO", "EDQUOT", "EROFS", "EMFILE", "EINTR"};
  int64_t ended = 0;
  const int64_t trials = fault_count(13, 1000);
  for (int64_t i = 0; i < trials && !HasFailure(); ++i) {
    RandomStream random(41, Purpose::kTest, 0, static_cast<uint64_t>(i));
    const std::string call = calls[static_cast<size_t>(i) % calls.size()];
    const std::string error = errors[static_cast<size_t>(random.integer(0, errors.size() - 1))];
    const int64_t nth = random.integer(1, call == "flock" || call == "rmdir" ? 2 : 30);
    SCOPED_TRACE(fmt::format("{} {} at call {}", call, error, nth));
    const TemporaryDirectory folder(kMemory);
    const std::string directory = folder.file("run"), output = folder.file("out");
    make_directories(posix_fs(), directory);
    const int code = run(injecting(call, error, nth), directory, output);
    EXPECT_LT(code, kKilled) << read_text_file(posix_fs(), output + ".err");
    ended += code != 0;
    const std::string checkpoints = join_path(directory, "checkpoints");
    const int64_t told = last_number_in(output);
    if (told > 0) {
      EXPECT_GE(newest_sample_step(posix_fs(), checkpoints), told);
    }
    EXPECT_EQ(run("", directory, output), 0) << read_text_file(posix_fs(), output + ".err");
    EXPECT_EQ(newest_sample_step(posix_fs(), checkpoints), kLastStep);
    tally.count();
  }
  tally.set_remark(fmt::format("{} of them ended the program with a message", ended));
}

}  // namespace
}  // namespace itpn::test
