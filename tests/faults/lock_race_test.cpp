// Runs that start at the same moment in one directory: one gets it, the others are refused at once, and the kill of
// the winner frees it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <vector>

#include "itpn/core/errors.h"
#include "itpn/core/run_lock.h"
#include "itpn/core/stopwatch.h"
#include "tests/support/fault_tally.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

constexpr char kWon = 'w', kRefused = 'r', kFailed = 'f';

// Tries to take the lock, tells the outcome, and keeps what it has until it is killed.
[[noreturn]] void contend(const std::string& directory, int start, int result) {
  char outcome = kFailed;
  char signal = 0;
  if (::read(start, &signal, 1) < 0) ::_exit(1);  // ends when the parent closes its end
  try {
    const RunLock lock(posix_fs(), directory);
    outcome = kWon;
    if (::write(result, &outcome, 1) == 1) ::pause();
  } catch (const Error& e) {
    outcome = e.code() == ExitCode::kDirectoryInUse ? kRefused : kFailed;
    if (::write(result, &outcome, 1) != 1) ::_exit(1);
  }
  ::_exit(0);
}

// The outcomes of `count` processes that start at once.
std::vector<char> race(const std::string& directory, size_t count) {
  std::array<int, 2> start{}, result{};
  if (::pipe(start.data()) != 0 || ::pipe(result.data()) != 0) throw std::runtime_error("no pipe");
  std::vector<pid_t> children;
  for (size_t i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(start[1]);
      contend(directory, start[0], result[1]);
    }
    children.push_back(child);
  }
  ::close(start[1]);
  std::vector<char> outcomes(count);
  for (auto& outcome : outcomes) {
    if (::read(result[0], &outcome, 1) != 1) outcome = kFailed;
  }
  for (const pid_t child : children) ::kill(child, SIGKILL);
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
  for (const int end : {start[0], result[0], result[1]}) ::close(end);
  return outcomes;
}

TEST(LockRace, HasOneWinnerEachTimeAndIsSoonOver) {
  FaultTally tally("18", "races of 4 for a directory, the winner killed");
  const TemporaryDirectory directory;
  for (int round = 0; round < 50; ++round) {
    const Stopwatch watch;
    const auto outcomes = race(directory.path(), 4);
    EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), kWon), 1) << "round " << round;
    EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), kRefused), 3) << "round " << round;
    EXPECT_LT(watch.seconds(), 5.0);
    tally.count();
  }
}

}  // namespace
}  // namespace itpn::test
