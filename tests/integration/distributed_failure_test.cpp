// When one of several processes fails, all end soon, with its exit code, and one of them says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "itpn/core/files.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/processes.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;

int errors_in(const std::string& text) {
  int count = 0;
  for (size_t at = text.find("error: "); at != std::string::npos; at = text.find("error: ", at + 1)) ++count;
  return count;
}

// A run that would go on for long, and its processes.
class LongRun {
 public:
  explicit LongRun(const Words& changes = {}) : run_(folder_.file("run")) {
    Words words = {"train.epochs=100000", "checkpoint.every_steps=2", "distributed.timeout_seconds=5"};
    words.insert(words.end(), changes.begin(), changes.end());
    program_ = std::make_unique<Program>(launched(2, tiny_pretrain(run_, words)));
    if (!program_->wait_for_file(run_ + "/checkpoints/step-4")) ADD_FAILURE() << program_->wait().err;
  }
  Program& program() { return *program_; }
  pid_t rank(int rank) const { return process_of_rank(program_->process(), rank); }
  const std::string& path() const { return run_; }

 private:
  TemporaryDirectory folder_;
  std::string run_;
  std::unique_ptr<Program> program_;
};

class Killed : public ::testing::TestWithParam<int> {};

TEST_P(Killed, ProcessIsNamedByTheOtherWhichExits7) {
  LongRun run;
  const pid_t victim = run.rank(GetParam()), other = run.rank(1 - GetParam());
  ASSERT_GT(victim, 0);
  ASSERT_GT(other, 0);
  const auto start = std::chrono::steady_clock::now();
  kill(victim, SIGKILL);
  const Outcome outcome = run.program().wait();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << "timeout + 5 s";
  EXPECT_EQ(outcome.code, 137) << outcome.err;
  const std::string lost = std::to_string(GetParam()), left = std::to_string(1 - GetParam());
  EXPECT_THAT(outcome.err, HasSubstr("process " + lost + " of 2 is lost"));
  EXPECT_THAT(outcome.err, HasSubstr("process " + left + " of 2 ended with exit code 7"));
  EXPECT_FALSE(is_alive(other)) << "an orphan";
}

INSTANTIATE_TEST_SUITE_P(Ranks, Killed, ::testing::Values(0, 1));

TEST(Failure, AStoppedProcessEndsTheRunWithCode8AndThePhaseOfEach) {
  LongRun run;
  const pid_t victim = run.rank(1);
  const auto start = std::chrono::steady_clock::now();
  kill(victim, SIGSTOP);
  const Outcome outcome = run.program().wait();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(40));
  EXPECT_EQ(outcome.code, 8) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("a step hangs"));
  EXPECT_THAT(outcome.err, HasSubstr("process 0: waiting for the others"));
  EXPECT_THAT(outcome.err, HasSubstr("then silent"));
  EXPECT_FALSE(is_alive(victim)) << "an orphan";
}

TEST(Failure, OneProcessThatCannotReadItsPicturesEndsAllAndAloneSaysWhy) {
  const TemporaryDirectory folder;
  const std::string data = folder.file("data"), run = folder.file("run");
  write_colour_data(data, 8);
  std::ofstream(data + "/train/red/broken.png") << "no picture";
  // One bad picture in 25: one process meets it in the first epoch, or none does, but in the second or third then.
  const Outcome outcome = run_program(launched(
      2, tiny_pretrain(run, {"data.source=folder", "data.path=" + data + "/train", "data.max_bad_fraction=0"})));
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("too many pictures cannot be read"));
  EXPECT_EQ(errors_in(outcome.err), 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("process 0 of 2 ended with exit code 3"));
  EXPECT_THAT(outcome.err, HasSubstr("process 1 of 2 ended with exit code 3"));
}

TEST(Failure, LossesThatAreNotFiniteEndAllProcessesAlike) {
  const TemporaryDirectory folder;
  const Outcome outcome = run_program(
      launched(2, tiny_pretrain(folder.file("run"), {"optim.lr=1e30", "optim.warmup_epochs=0", "train.epochs=8"})));
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_EQ(errors_in(outcome.err), 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("process 0 of 2 ended with exit code 6"));
  EXPECT_THAT(outcome.err, HasSubstr("process 1 of 2 ended with exit code 6"));
}

TEST(Failure, ASignalStopsAllProcessesAfterTheSameStepAndSaves) {
  LongRun run;
  run.program().signal(SIGTERM);
  const Outcome outcome = run.program().wait();
  EXPECT_EQ(outcome.code, 143) << outcome.err;
  EXPECT_EQ(checkpoint_steps_of(run.path()).back(), static_cast<int>(loss_log(run.path()).size()));
  EXPECT_EQ(errors_in(outcome.err), 0) << outcome.err;
}

TEST(Failure, ProcessesWhoseLauncherIsKilledDoNotStay) {
  LongRun run;
  const pid_t first = run.rank(0), second = run.rank(1);
  run.program().signal(SIGKILL);
  run.program().wait();
  for (int i = 0; i < 150 && (is_alive(first) || is_alive(second)); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_FALSE(is_alive(first)) << "an orphan";
  EXPECT_FALSE(is_alive(second)) << "an orphan";
}

TEST(Failure, TorchrunStartsAgainAfterAKillAndNothingIsLost) {
  if (!torchrun_path()) GTEST_SKIP() << "no torchrun in .venv";
  const TemporaryDirectory folder;
  const std::string whole = folder.file("whole"), killed = folder.file("killed");
  const Words changes = {"--resume", "auto", "checkpoint.every_steps=3", "train.epochs=12", "checkpoint.keep=30"};
  const Outcome straight = run_program(launched(2, tiny_pretrain(whole, changes)));
  ASSERT_EQ(straight.code, 0) << straight.err;
  Program program(Launch{.arguments = for_torchrun(2, tiny_pretrain(killed, changes), {"--max-restarts=1"}),
                         .executable = *torchrun_path()});
  ASSERT_TRUE(program.wait_for_file(killed + "/checkpoints/step-6"));
  const pid_t victim = process_of_rank(program.process(), 1);
  ASSERT_GT(victim, 0);
  kill(victim, SIGKILL);
  const Outcome outcome = program.wait();
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("resuming from"));
  EXPECT_EQ(loss_log(whole), loss_log(killed));
  EXPECT_EQ(loss_log(whole).size(), 60);
  for (const std::string file : {"model.safetensors", "ema.safetensors", "optimizer.safetensors"}) {
    EXPECT_EQ(checkpoint_hash(whole, 60, file), checkpoint_hash(killed, 60, file)) << file;
  }
}

}  // namespace
}  // namespace itpn::test
