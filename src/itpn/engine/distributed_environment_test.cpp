#include "itpn/engine/distributed_environment.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <string>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

const char* const kNames[] = {"RANK",
                              "WORLD_SIZE",
                              "LOCAL_RANK",
                              "LOCAL_WORLD_SIZE",
                              "MASTER_ADDR",
                              "MASTER_PORT",
                              "TORCHELASTIC_USE_AGENT_STORE",
                              "OMP_NUM_THREADS"};

class Environment : public ::testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }
  static void clear() {
    for (const char* name : kNames) unsetenv(name);
  }
  static void set(const std::map<std::string, std::string>& variables) {
    clear();
    for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  }
};

TEST_F(Environment, OfNobodyMeansAProcessThatIsAlone) {
  EXPECT_TRUE(process_place().is_alone());
  EXPECT_TRUE(process_place().is_first());
  EXPECT_EQ(fair_threads(process_place(), {16, 16, std::nullopt, ""}), 0);
}

TEST_F(Environment, AQuotaLimitsTheThreadsOfAProcessThatIsAlone) {
  EXPECT_EQ(fair_threads({}, {16, 16, 3.5, "cpu.max"}), 3);
  EXPECT_EQ(fair_threads({}, {16, 2, 3.5, "cpu.max"}), 2);
}

TEST_F(Environment, ProcessesOfAMachineShareTheCoresThatMayBeUsed) {
  ProcessPlace place;
  place.processes = place.local_processes = 4;
  EXPECT_EQ(fair_threads(place, {16, 16, std::nullopt, ""}), 4);
  EXPECT_EQ(fair_threads(place, {16, 16, 8.0, "cpu.max"}), 2);
  EXPECT_EQ(fair_threads(place, {16, 3, std::nullopt, ""}), 1);
  setenv("OMP_NUM_THREADS", "7", 1);
  EXPECT_EQ(fair_threads(place, {16, 16, 8.0, "cpu.max"}), 0);
  EXPECT_EQ(cores_of(place, {16, 16, 8.0, "cpu.max"}), 2);  // for reading pictures, whatever OpenMP is told
}

TEST_F(Environment, OfTorchrunIsUnderstood) {
  set({{"RANK", "5"},
       {"WORLD_SIZE", "8"},
       {"LOCAL_RANK", "1"},
       {"LOCAL_WORLD_SIZE", "4"},
       {"MASTER_ADDR", "node7"},
       {"MASTER_PORT", "29511"},
       {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
  const ProcessPlace place = process_place();
  EXPECT_EQ(place.rank, 5);
  EXPECT_EQ(place.processes, 8);
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_EQ(place.local_processes, 4);
  EXPECT_EQ(meeting_point().host, "node7");
  EXPECT_EQ(meeting_point().port, 29511);
  EXPECT_TRUE(meeting_point().is_served);
}

TEST_F(Environment, ThatContradictsItselfIsRefused) {
  for (const auto& [rank, world, port] :
       {std::array{"2", "2", "29500"}, std::array{"-1", "2", "29500"}, std::array{"0", "two", "29500"},
        std::array{"", "2", "29500"}, std::array{"0", "2", ""}, std::array{"0", "2", "65536"}}) {
    set({{"RANK", rank}, {"WORLD_SIZE", world}, {"MASTER_PORT", port}});
    EXPECT_THROW(
        {
          process_place();
          meeting_point();
        },
        Error)
        << rank << " of " << world << " at " << port;
  }
}

}  // namespace
}  // namespace itpn
