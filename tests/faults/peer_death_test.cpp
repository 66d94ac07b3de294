// One of two processes is killed, stops, throws or leaves, at a random step: the other ends soon after it, who it was
// is said, and the run that is started again ends bit for bit as one that was never disturbed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <random>

#include "itpn/core/stopwatch.h"
#include "tests/integration/processes.h"
#include "tests/integration/run_files.h"
#include "tests/support/fault_tally.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

constexpr int kSteps = 60;
constexpr int kEverySteps = 3;
constexpr double kTimeout = 5.0;

struct Death {
  const char* kind;
  int signal;            // from outside, or 0
  const char* injected;  // from inside, or ""
  int code;              // of the whole run
  const char* words;     // in its messages; {} is the process
};
constexpr std::array kDeaths = {
    Death{"kill", SIGKILL, "", 137, "process {} of 2 is lost"}, Death{"stop", SIGSTOP, "", 8, "a step hangs"},
    Death{"throw", 0, "throw", 5, "makes step"}, Death{"exit", 0, "exit", 1, "process {} of 2 is lost"}};

class PeerDeath : public testing::Test {
 protected:
  static Launch run_of_two(const std::string& run, const std::string& faults = "") {
    const Words changes = {"--resume",
                           "auto",
                           "mfm.momentum=0.9",
                           "checkpoint.keep=30",
                           fmt::format("train.epochs={}", kSteps / 5),
                           fmt::format("checkpoint.every_steps={}", kEverySteps),
                           fmt::format("distributed.timeout_seconds={}", kTimeout)};
    return {.arguments = launched(2, tiny_pretrain(run, changes)), .variables = {"ITPN_INJECT=" + faults}};
  }
  int some_number(int least, int most) { return std::uniform_int_distribution<>(least, most)(random_); }

  // Seconds from the death to the end of all, or nothing where the run came to its end before.
  std::optional<double> strike(const Death& death, int rank, const std::string& run) {
    // From the second save on, which waits for the first: so there is a checkpoint to go on from.
    const int step = some_number(2, kSteps / kEverySteps - 5) * kEverySteps;
    const std::string faults = death.signal == 0 ? fmt::format("{}@{}:{}", death.injected, step + 1, rank) : "";
    Program program(run_of_two(run, faults));
    EXPECT_TRUE(program.wait_for_file(fmt::format("{}/checkpoints/step-{}", run, step)) || !program.is_running());
    const std::array processes = {process_of_rank(program.process(), 0), process_of_rank(program.process(), 1)};
    const Stopwatch watch;
    // What is no process any more has ended in the meantime; 0 and -1 would mean others than it.
    if (death.signal != 0 && processes[rank] > 0) ::kill(processes[rank], death.signal);
    const Outcome outcome = program.wait();
    const double seconds = watch.seconds();
    if (death.signal != 0 && outcome.code == 0) return std::nullopt;
    EXPECT_EQ(outcome.code, death.code) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(fmt::format(fmt::runtime(death.words), rank)));
    for (const pid_t process : processes) EXPECT_FALSE(process > 0 && is_alive(process)) << "an orphan";
    return seconds;
  }

  const TemporaryDirectory folder_;
  std::mt19937 random_{std::random_device{}()};
};

TEST_F(PeerDeath, IsNoticedInTimeAndNothingIsLost) {
  FaultTally tally("9", "kill, stop, throw or exit of one of two processes");
  const std::string whole = folder_.file("whole"), struck = folder_.file("struck");
  const Outcome straight = Program(run_of_two(whole)).wait();
  ASSERT_EQ(straight.code, 0) << straight.err;
  std::map<std::string, double> slowest;
  const int64_t deaths = fault_count(static_cast<int64_t>(kDeaths.size()), 100);
  while (tally.trials() < deaths && !HasFailure()) {
    const Death& death = kDeaths[static_cast<size_t>(tally.trials()) % kDeaths.size()];
    const int rank = some_number(0, 1);
    SCOPED_TRACE(fmt::format("{} of process {}", death.kind, rank));
    const std::optional<double> seconds = strike(death, rank, struck);
    if (seconds) {
      EXPECT_LT(*seconds, kTimeout + 5.0);
      slowest[death.kind] = std::max(slowest[death.kind], *seconds);
      const Outcome rest = Program(run_of_two(struck)).wait();
      EXPECT_EQ(rest.code, 0) << rest.err;
      EXPECT_THAT(rest.err, HasSubstr("resuming from"));
      tally.count();
    }
    EXPECT_EQ(loss_log(struck), loss_log(whole));
    for (const char* file : {"model.safetensors", "ema.safetensors", "optimizer.safetensors"}) {
      EXPECT_EQ(checkpoint_hash(struck, kSteps, file), checkpoint_hash(whole, kSteps, file)) << file;
    }
    std::filesystem::remove_all(struck);
  }
  std::string remark = "slowest end:";
  for (const auto& [kind, seconds] : slowest) remark += fmt::format(" {} {:.1f} s", kind, seconds);
  tally.set_remark(remark);
}

}  // namespace
}  // namespace itpn::test
