// kill -9 at every system call of saves and rotations: the newest committed checkpoint is there and right, and the next
// start goes on from it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sample_checkpoint.h"
#include "tests/support/fault_tally.h"
#include "tests/support/temporary_directory.h"
#include "traced_program.h"

namespace itpn::test {
namespace {

// A sanitized program starts many times slower: there, every fourth point, with memory errors as the aim.
#if defined(__SANITIZE_ADDRESS__)
constexpr int64_t kStride = 4;
#else
constexpr int64_t kStride = 1;
#endif
constexpr int64_t kLast = 4;  // the third save is the first that rotates

int64_t last_number_of(const std::string& output) {
  std::istringstream lines(output);
  int64_t last = -1;
  for (int64_t number = 0; lines >> number;) last = number;
  return last;
}

class KillSweep : public testing::TestWithParam<bool> {
 protected:
  static std::vector<std::string> command(const std::string& directory) {
    std::vector<std::string> words = {ITPN_SAVE_LOOP, directory, fmt::format("{}", kLast)};
    if (GetParam()) words.emplace_back("background");
    return words;
  }
};

void expect_nothing_lost(const std::string& directory, const ProgramRun& killed) {
  const int64_t found = newest_sample_step(posix_fs(), join_path(directory, "checkpoints"));
  EXPECT_GE(found, last_number_of(killed.output));
}

void expect_clean_end(const std::string& directory) {
  const std::string checkpoints = join_path(directory, "checkpoints");
  EXPECT_EQ(newest_sample_step(posix_fs(), checkpoints), kLast);
  std::vector<DirectoryEntry> entries;
  posix_fs().list(checkpoints, &entries);
  for (const auto& entry : entries) EXPECT_THAT(entry.name, testing::StartsWith("step-"));
}

TEST_P(KillSweep, LosesNothingAtAnyCall) {
  FaultTally tally("2",
                   fmt::format("kill at each system call of saves, {}", GetParam() ? "saver thread" : "one thread"));
  const TemporaryDirectory whole(kMemory);
  const ProgramRun complete = run_traced(command(whole.path()), 0);
  if (!complete.was_traced) GTEST_SKIP() << "this system does not allow tracing";
  ASSERT_EQ(complete.exit_code, 0);
  ASSERT_EQ(last_number_of(complete.output), kLast);
  for (int64_t call = 1; call <= complete.disk_calls; call += kStride) {
    SCOPED_TRACE(fmt::format("killed at call {} of {}", call, complete.disk_calls));
    const TemporaryDirectory directory(kMemory);
    const ProgramRun killed = run_traced(command(directory.path()), call);
    ASSERT_TRUE(killed.was_killed || call + 5 > complete.disk_calls);
    expect_nothing_lost(directory.path(), killed);
    const ProgramRun resumed = run_traced(command(directory.path()), 0);
    EXPECT_EQ(resumed.exit_code, 0);
    expect_clean_end(directory.path());
    tally.count();
    if (HasFailure()) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Saver, KillSweep, testing::Bool(),
                         [](const auto& info) { return info.param ? "InBackground" : "InForeground"; });

}  // namespace
}  // namespace itpn::test
