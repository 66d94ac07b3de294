// The real program, killed and signalled at random moments: it always goes on from its newest checkpoint, and what it
// ends with is bit for bit what a run never stopped ends with.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include "itpn/core/stopwatch.h"
#include "tests/faults/whole_run.h"
#include "tests/integration/processes.h"
#include "tests/integration/run_files.h"
#include "tests/support/fault_tally.h"
#include "tests/support/strace.h"

namespace itpn::test {
namespace {

constexpr std::array kRuns = {WhichRun::kPretrain, WhichRun::kPretrainBf16, WhichRun::kFinetune,
                              WhichRun::kFinetuneBf16, WhichRun::kClip};
const char* name_of(WhichRun run) {
  constexpr std::array kNames = {"Pretrain", "PretrainBf16", "Finetune", "FinetuneBf16", "Clip"};
  return kNames[static_cast<size_t>(run)];
}

void sleep_seconds(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

// One run that is stopped at random moments until it has come to its end, and then begins anew.
class RandomStops : public testing::TestWithParam<WhichRun> {
 protected:
  void SetUp() override { whole_.train(); }
  // `share` of the time that a whole run takes.
  double some_seconds(double least, double most) {
    return whole_.seconds() * std::uniform_real_distribution<>(least, most)(random_);
  }
  // After a run that came to its end.
  void compare_and_begin_anew() {
    whole_.expect_equal(run_);
    std::filesystem::remove_all(run_);
    ++completed_;
  }
  void run_to_the_end() {
    const Outcome outcome = run_program(whole_.command(run_));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    compare_and_begin_anew();
  }

  WholeRun whole_{GetParam()};
  const std::string run_ = whole_.folder("stopped");
  std::mt19937 random_{std::random_device{}()};
  int completed_ = 0;
};

TEST_P(RandomStops, KillsLoseNothing) {
  FaultTally tally("1", fmt::format("kill -9 at random moments, {}", name_of(GetParam())));
  const int64_t kills = fault_count(2, 50);
  while (tally.trials() < kills && !HasFailure()) {
    Program program(whole_.command(run_));
    sleep_seconds(some_seconds(0.1, 1.1));
    program.signal(SIGKILL);
    const Outcome outcome = program.wait();
    EXPECT_TRUE(outcome.code == 137 || outcome.code == 0) << outcome.err;
    if (outcome.code == 0) compare_and_begin_anew();
    if (outcome.code != 0) tally.count();
  }
  run_to_the_end();
  tally.set_remark(fmt::format("{} runs to their end, each bit-equal", completed_));
}

// Each point: a fresh run is killed as soon as it has committed one checkpoint, in the middle of the steps that follow,
// and resumed once.
TEST_P(RandomStops, AResumeAtAnyPointIsExact) {
  FaultTally tally("6", fmt::format("resume at random points, {}", name_of(GetParam())));
  const int64_t points = fault_count(1, 25);
  for (int64_t i = 0; i < points && !HasFailure(); ++i) {
    const int step = std::uniform_int_distribution<>(1, whole_.steps() - 1)(random_);
    const std::string every = fmt::format("checkpoint.every_steps={}", step);
    SCOPED_TRACE(every);
    {
      Program program(whole_.command(run_, {every}));
      ASSERT_TRUE(program.wait_for_file(fmt::format("{}/checkpoints/step-{}", run_, step)) || !program.is_running());
      program.signal(SIGKILL);
    }
    run_to_the_end();
    tally.count();
  }
}

TEST_P(RandomStops, SignalsSaveWhereverTheyCome) {
  FaultTally tally("10", fmt::format("SIGTERM, SIGINT, SIGHUP at random moments, {}", name_of(GetParam())));
  const int64_t signals = fault_count(2, 50);
  double slowest = 0.0;
  while (tally.trials() < signals && !HasFailure()) {
    const int signal = std::array{SIGTERM, SIGINT, SIGHUP}[random_() % 3];
    Program program(whole_.command(run_));
    sleep_seconds(some_seconds(0.1, 1.1));
    const Stopwatch watch;
    program.signal(signal);
    const Outcome outcome = program.wait();
    slowest = std::max(slowest, watch.seconds());
    EXPECT_TRUE(outcome.code == 128 + signal || outcome.code == 0) << outcome.code << outcome.err;
    // Before it has begun to train there is nothing to be saved.
    if (std::filesystem::exists(run_ + "/checkpoints") && !loss_log(run_).empty()) whole_.expect_saved(run_);
    if (outcome.code == 0) compare_and_begin_anew();
    if (outcome.code != 0) tally.count();
  }
  EXPECT_LT(slowest, 10.0);
  run_to_the_end();
  tally.set_remark(fmt::format("slowest stop {:.2f} s, {} runs to their end, each bit-equal", slowest, completed_));
}

INSTANTIATE_TEST_SUITE_P(Runs, RandomStops, testing::ValuesIn(kRuns),
                         [](const auto& info) { return std::string(name_of(info.param)); });

// Waits until the log has `words` behind its first `from` bytes; false if the program ends before.
bool wait_for_words(Program& program, const std::string& log, size_t from, const std::string& words) {
  for (std::string text; text.size() < from || text.find(words, from) == std::string::npos; text = content_of(log)) {
    if (!program.is_running()) return false;
    sleep_seconds(0.01);
  }
  return true;
}

// The first signal comes while each flush of the disk takes most of a second: the save goes on and on, and the second
// one ends it.
TEST(SecondSignal, EndsASlowSaveWithinASecond) {
  if (!can_use_strace()) GTEST_SKIP() << "strace is not here or not allowed";
  FaultTally tally("10", "a second signal during a slow save");
  WholeRun whole(WhichRun::kPretrain);
  whole.train();
  const std::string run = whole.folder("stopped"), log = run + "/train.log", metrics = run + "/metrics.jsonl";
  std::mt19937 random(std::random_device{}());
  double slowest = 0.0;
  for (int64_t i = 0; i < fault_count(1, 20) && !testing::Test::HasFailure(); ++i) {
    const int first = std::array{SIGTERM, SIGINT, SIGHUP}[random() % 3], second = random() % 2 ? SIGTERM : SIGINT;
    const size_t logged = content_of(log).size(), measured = content_of(metrics).size();
    // No other save than the last one, so that there is something left for it.
    Program program(Launch{.arguments = whole.command(run, {"checkpoint.every_steps=1000"}),
                           .before = {"strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e",
                                      "inject=fsync:delay_enter=700000:when=3+"}});
    // Before the first step there would be nothing to save.
    ASSERT_TRUE(wait_for_words(program, metrics, measured, "\n"));
    program.signal(first);
    ASSERT_TRUE(wait_for_words(program, log, logged, "saving the state after step"));
    sleep_seconds(0.03 + 0.001 * static_cast<double>(random() % 300));
    const Stopwatch watch;
    program.signal(second);
    EXPECT_EQ(program.wait().code, 128 + second);
    slowest = std::max(slowest, watch.seconds());
    EXPECT_LT(watch.seconds(), 1.0);
    tally.count();
  }
  const Outcome outcome = run_program(whole.command(run));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  whole.expect_equal(run);
  tally.set_remark(fmt::format("slowest end {:.2f} s", slowest));
}

}  // namespace
}  // namespace itpn::test
