// What a run does when it is asked to stop or to save.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "itpn/core/files.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;

// A run that would go on for long.
std::vector<std::string> long_run(const std::string& run) {
  return tiny_pretrain(run, {"train.epochs=100000", "checkpoint.every_steps=2"});
}

class Stop : public ::testing::TestWithParam<int> {};

TEST_P(Stop, SavesAndExitsWith128PlusTheSignal) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  Program program(long_run(run));
  ASSERT_TRUE(program.wait_for_file(run + "/checkpoints/step-2"));
  program.signal(GetParam());
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.code, 128 + GetParam()) << outcome.err;
  const auto losses = loss_log(run);
  EXPECT_EQ(checkpoint_steps_of(run).back(), static_cast<int>(losses.size())) << "the last step is not saved";
  EXPECT_THAT(outcome.out, HasSubstr("checkpoint " + run));
  EXPECT_THAT(outcome.err, HasSubstr("saving the state after step " + std::to_string(losses.size())));
}

INSTANTIATE_TEST_SUITE_P(Signals, Stop, ::testing::Values(SIGTERM, SIGINT, SIGHUP));

// Whether the program says `words` within a second.
bool says_soon(const Program& program, const std::string& words) {
  for (int i = 0; i < 100; ++i) {
    if (program.messages().find(words) != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

// Runs until step 4, which takes three seconds.
class SlowStep {
 public:
  explicit SlowStep(const std::string& run)
      : program(Launch{.arguments = tiny_pretrain(run, {"train.epochs=100", "checkpoint.every_steps=2"}),
                       .variables = {"ITPN_INJECT=slow@4"}}) {
    while (loss_log(run).size() < 3 && program.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  Program program;
};

TEST(Signals, AreAnsweredAtOnceThoughTheStepIsLong) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("my run");
  SlowStep slow(run);
  slow.program.signal(SIGINT);
  EXPECT_TRUE(says_soon(slow.program, "SIGINT: the state is saved as soon as this step is done"));
  EXPECT_TRUE(slow.program.is_running());
  const Outcome outcome = slow.program.wait();
  EXPECT_EQ(outcome.code, 128 + SIGINT);
  EXPECT_EQ(checkpoint_steps_of(run).back(), 4);
  EXPECT_THAT(outcome.err, HasSubstr("stopped after step 4 of 500; to go on: itpn pretrain --output-dir '" + run +
                                     "' --resume auto"));
}

TEST(Signals, ASecondOneSaysThatNothingIsSaved) {
  const TemporaryDirectory folder;
  SlowStep slow(folder.file("run"));
  slow.program.signal(SIGTERM);
  EXPECT_TRUE(says_soon(slow.program, "SIGTERM:"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  slow.program.signal(SIGINT);
  const Outcome outcome = slow.program.wait();
  EXPECT_EQ(outcome.code, 128 + SIGINT);
  EXPECT_THAT(outcome.err, HasSubstr("SIGINT: ended at once, without saving; --resume auto goes on"));
}

TEST(Signals, UsrOneSavesAndGoesOn) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  Program program(tiny_pretrain(run, {"train.epochs=100000"}));
  ASSERT_TRUE(program.wait_for_file(run + "/metrics.jsonl"));
  program.signal(SIGUSR1);
  ASSERT_TRUE(program.wait_for_file(run + "/checkpoints"));
  while (checkpoint_steps_of(run).empty() && program.is_running()) {
  }
  EXPECT_TRUE(program.is_running());
}

TEST(Signals, ASecondRunInTheSameDirectoryIsRefused) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  Program program(long_run(run));
  ASSERT_TRUE(program.wait_for_file(run + "/checkpoints/step-2"));
  const Outcome second = run_program(tiny_pretrain(run, {"--resume", "auto"}));
  EXPECT_EQ(second.code, 9) << second.err;
  const Outcome third = run_program(tiny_pretrain(run, {"--overwrite"}));
  EXPECT_EQ(third.code, 9) << third.err;
  EXPECT_TRUE(program.is_running());
}

}  // namespace
}  // namespace itpn::test
