// A file system that does not answer any more: the run says so and ends, and goes on later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/stopwatch.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/fault_tally.h"
#include "tests/support/strace.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using testing::HasSubstr;

TEST(Hang, OfTheFileSystemEndsTheRunWithCode8AndNamesThePhase) {
  if (!can_use_strace()) GTEST_SKIP() << "strace is not here or not allowed";
  FaultTally tally("-", "a picture whose file does not open (strace: 10 s)");
  const TemporaryDirectory folder;
  const std::string data = folder.file("data"), whole = folder.file("whole"), run = folder.file("run");
  write_colour_data(data);
  const std::vector<std::string> changes = {"--resume", "auto", "distributed.timeout_seconds=2",
                                            "checkpoint.every_steps=1", "checkpoint.background=false"};
  ASSERT_EQ(run_program(tiny_classifier("finetune", data, whole, changes)).code, 0);

  const Stopwatch watch;
  const Outcome outcome =
      Program(Launch{.arguments = tiny_classifier("finetune", data, run, changes),
                     .before = {"strace", "-f", "-qq", "-o", "/dev/null", "-P", data + "/train/green/5.png", "-e",
                                "trace=openat", "-e", "inject=openat:delay_enter=10000000"}})
          .wait();
  EXPECT_EQ(outcome.code, 8) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("a step hangs"));
  EXPECT_THAT(outcome.err, HasSubstr("\"data\""));
  EXPECT_LT(watch.seconds(), 60.0);  // strace lets a process go only when the call does

  ASSERT_EQ(run_program(tiny_classifier("finetune", data, run, changes)).code, 0);
  EXPECT_EQ(loss_log(run), loss_log(whole));
  tally.count();
}

}  // namespace
}  // namespace itpn::test
