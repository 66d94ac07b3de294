// Losses and gradients that are not finite, at chosen steps of the real program, alone and as two processes: nothing
// changes, all processes agree, and a return to a checkpoint goes on with other pictures.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>

#include "itpn/core/files.h"
#include "tests/integration/processes.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/fault_tally.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

constexpr std::array kState = {"model.safetensors", "ema.safetensors", "optimizer.safetensors"};

// The command with the faults of ITPN_INJECT.
Launch injected(int processes, const std::string& faults, const Words& command) {
  return {.arguments = processes == 1 ? command : launched(processes, command), .variables = {"ITPN_INJECT=" + faults}};
}

Outcome run_injected(int processes, const std::string& faults, const Words& command) {
  return Program(injected(processes, faults, command)).wait();
}

Words hashes(const std::string& run, int step) {
  Words result;
  for (const char* file : kState) result.push_back(checkpoint_hash(run, step, file));
  return result;
}

std::string text_of(const std::string& path) { return read_text_file(posix_fs(), path); }

int lines_of(const std::string& path) {
  const std::string text = text_of(path);
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

struct Point {
  std::string kind;
  int step;
  int processes;
  int rank;  // the one that it strikes; -1: all
  std::string text() const {
    return fmt::format("{}@{}{}", kind, step, rank < 0 ? std::string() : fmt::format(":{}", rank));
  }
};

std::vector<Point> points() {
  return {{"loss", 5, 2, 1},      {"gradient", 3, 1, -1},  {"gradient", 4, 2, 0},  {"loss", 2, 1, -1},
          {"loss", 1, 1, -1},     {"loss", 6, 1, -1},      {"loss", 9, 1, -1},     {"gradient", 1, 1, -1},
          {"gradient", 7, 1, -1}, {"gradient", 11, 1, -1}, {"gradient", 5, 1, -1}, {"loss", 12, 1, -1},
          {"loss", 1, 2, 0},      {"loss", 3, 2, -1},      {"loss", 6, 2, 1},      {"gradient", 1, 2, 1},
          {"gradient", 2, 2, -1}, {"gradient", 8, 2, 1},   {"loss", 7, 2, 0},      {"gradient", 6, 2, 1}};
}

// The state after the step that was struck is that before it, bit for bit: a run that ends with that step saves it.
TEST(NotFinite, AStepThatIsStruckChangesNothingInAnyProcess) {
  FaultTally tally("15", "NaN in the loss or a gradient of a step, 1 and 2 processes");
  const std::vector<Point> all = points();
  const auto count = std::min<int64_t>(fault_count(3, static_cast<int64_t>(all.size())), all.size());
  for (int64_t i = 0; i < count; ++i) {
    const Point& point = all[static_cast<size_t>(i)];
    SCOPED_TRACE(fmt::format("{} of {} processes", point.text(), point.processes));
    const TemporaryDirectory folder;
    const std::string run = folder.file("run");
    const Words words = tiny_pretrain(run, {"checkpoint.every_steps=1", "mfm.momentum=0.9",
                                            fmt::format("train.max_steps={}", point.step), "train.micro_batch_size=2"});
    const Outcome outcome = run_injected(point.processes, point.text(), words);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(fmt::format("step {}: loss", point.step)));
    EXPECT_THAT(outcome.err, HasSubstr("step skipped, nothing changed"));
    // The state of step 0 is only known from a run that does nothing else.
    if (point.step > 1) {
      EXPECT_EQ(hashes(run, point.step - 1), hashes(run, point.step));
    }
    const std::string list = fmt::format("{}/skipped_steps/step-{:07}.tsv", run, point.step);
    EXPECT_EQ(lines_of(list), 2 + 8 / point.processes) << "a title, a head, a line for each picture";
    tally.count();
  }
}

TEST(NotFinite, WhicheverProcessIsStruckAllSkipAndGoOnAlike) {
  const TemporaryDirectory folder;
  const auto end_of = [&](const std::string& name, const std::string& faults) {
    const Outcome outcome =
        run_injected(2, faults, tiny_pretrain(folder.file(name), {"train.max_steps=8", "train.micro_batch_size=2"}));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return hashes(folder.file(name), 8);
  };
  const Words first = end_of("first", "loss@4:0");
  EXPECT_EQ(first, end_of("second", "loss@4:1"));
  EXPECT_EQ(first, end_of("gradient", "gradient@4:1"));
  EXPECT_NE(first, end_of("none", "loss@99"));
  EXPECT_TRUE(exists(posix_fs(), folder.file("second/skipped_steps/step-0000004.1.tsv")));
}

TEST(NotFinite, StopEndsTheRunAtTheFirstOne) {
  const TemporaryDirectory folder;
  const Outcome outcome = run_injected(
      1, "loss@5",
      tiny_pretrain(folder.file("run"),
                    {"train.on_non_finite=stop", "checkpoint.every_steps=2", "checkpoint.background=false"}));
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("checkpoints/step-4"));
  EXPECT_THAT(outcome.err, HasSubstr("skipped_steps"));
  EXPECT_THAT(text_of(folder.file("run/skipped_steps/step-0000005.tsv")), HasSubstr("nan"));
}

// Steps 8 and 9 are struck; the checkpoint before them is that of step 6, in the second epoch of 5 steps.
constexpr const char* kWindow = "loss@8,gradient@9";
Words rewinding(const std::string& run, const Words& more = {}) {
  Words words = tiny_pretrain(run, {"train.on_non_finite=rewind", "train.max_skipped_steps=1",
                                    "checkpoint.every_steps=3", "mfm.momentum=0.9", "checkpoint.keep=30"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Rewind : public ::testing::TestWithParam<int> {};

TEST_P(Rewind, GoesBackBeforeTheWindowAndPassesItWithOtherPictures) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run"), calm = folder.file("calm"), again = folder.file("again");
  const Outcome outcome = run_injected(GetParam(), kWindow, rewinding(run));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("step-6, other pictures from there on (return 1 of 3)"));
  ASSERT_EQ(run_injected(GetParam(), "loss@99", rewinding(calm)).code, 0);
  const Words steps = loss_log(run), calm_steps = loss_log(calm);
  ASSERT_THAT(steps, SizeIs(20));
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(steps[i], calm_steps[i]);
  EXPECT_NE(steps[6], calm_steps[6]) << "other pictures";
  EXPECT_THAT(text_of(run + "/checkpoints/step-20/state.json"), HasSubstr("\"rewinds\": 1"));
  EXPECT_THAT(text_of(run + "/checkpoints/step-9/state.json"), HasSubstr("\"reorderings\""));

  const Outcome repeated = run_injected(GetParam(), kWindow, rewinding(again));
  ASSERT_EQ(repeated.code, 0) << repeated.err;
  EXPECT_EQ(loss_log(again), steps) << "a rewind is reproducible";
  EXPECT_EQ(hashes(again, 20), hashes(run, 20));
}

INSTANTIATE_TEST_SUITE_P(Processes, Rewind, ::testing::Values(1, 2));

TEST(Rewind, AKillAfterwardsLosesNothing) {
  const TemporaryDirectory folder;
  const std::string whole = folder.file("whole"), killed = folder.file("killed");
  ASSERT_EQ(run_injected(1, kWindow, rewinding(whole)).code, 0);
  // The first checkpoint after the return lies in the same epoch: the order of its pictures must come with it.
  const Words words = rewinding(killed, {"train.epochs=4", "checkpoint.background=false", "--resume", "auto"});
  {
    Program program(injected(1, kWindow, words));
    ASSERT_TRUE(program.wait_for_file(killed + "/checkpoints/step-9"));
    program.signal(SIGKILL);
    program.wait();
  }
  const Outcome rest = run_program(words);
  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_EQ(loss_log(killed), loss_log(whole));
  EXPECT_EQ(hashes(killed, 20), hashes(whole, 20));
}

TEST(Rewind, ThatDoesNotHelpEndsTheRun) {
  const TemporaryDirectory folder;
  const Outcome outcome =
      run_program(rewinding(folder.file("run"), {"optim.lr=1e30", "optim.warmup_epochs=1", "checkpoint.every_steps=1",
                                                 "train.max_rewinds=2", "train.epochs=50"}));
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("(return 2 of 2)"));
  EXPECT_THAT(outcome.err, HasSubstr("2 returns to"));
}

TEST(Rewind, WithoutACheckpointEndsTheRun) {
  const TemporaryDirectory folder;
  const Outcome outcome = run_injected(1, "loss@1,loss@2", rewinding(folder.file("run")));
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("no checkpoint to go back to"));
}

// The second spike comes too soon after the first one to be news.
TEST(Spike, IsWarnedOfAndTheRunGoesOn) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  const Outcome outcome =
      run_injected(1, "spike@14,spike@16", tiny_pretrain(run, {"train.max_steps=18", "log.every_steps=100"}));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("step 14: the loss "));
  EXPECT_THAT(outcome.err, HasSubstr("times the median of the steps before"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("step 16: the loss ")));
  EXPECT_THAT(loss_log(run),
              testing::ElementsAre(StartsWith("1 "), StartsWith("14 "), StartsWith("16 "), StartsWith("18 ")));
}

TEST(Injection, OfAnUnknownFaultIsRefused) {
  const TemporaryDirectory folder;
  const Outcome outcome = run_injected(1, "weights@3", tiny_pretrain(folder.file("run")));
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("ITPN_INJECT"));
}

}  // namespace
}  // namespace itpn::test
