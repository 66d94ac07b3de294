// `itpn doctor` from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/integration/program.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;

TEST(Doctor, TellsOfThisMachineAndLeavesNothing) {
  const TemporaryDirectory folder;
  const Outcome outcome = run_program({"doctor", "--output-dir", folder.path(), "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_GT(json.at("gflops").at("fp32").get<double>(), 0.0);
  EXPECT_GT(json.at("disk").at("write_rate").get<double>(), 0.0);
  EXPECT_GT(json.at("memory").at("total").get<int64_t>(), 0);
  EXPECT_GE(json.at("threads").at("usable_cores").get<int64_t>(), 1);
  EXPECT_EQ(json.at("threads").at("OMP_NUM_THREADS"), "1");  // of these tests
  EXPECT_EQ(json.at("threads").at("openmp_runtimes").size(), 1);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Doctor, FindingsAreNoFailure) {
  const TemporaryDirectory folder;
  const Outcome outcome = Program({.arguments = {"doctor", "-o", folder.file("not/there/yet")},
                                   .before = {"sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"}})
                              .wait();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("fails: only 100 files may be open at once."));
  EXPECT_THAT(outcome.out, HasSubstr("Disk         " + folder.path()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Doctor, CtrlCEndsItWithoutATrace) {
  const TemporaryDirectory folder;
  Program program({"doctor", "-o", folder.path()});
  while (program.is_running() && program.messages().empty()) {
  }
  program.signal(SIGINT);
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.code, 128 + SIGINT);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace itpn::test
