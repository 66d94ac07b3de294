// What a run does when it is asked to stop or to save.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

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
