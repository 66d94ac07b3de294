#include "itpn/tasks/inspect/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "itpn/core/text_layout.h"
#include "itpn/tasks/inspect/machine_for_test.h"

namespace itpn {
namespace {

using testing::HasSubstr;

DoctorReport report_of(const MachineFacts& facts) { return {facts, machine_findings(facts)}; }

TEST(DoctorText, FitsTheTerminal) {
  MachineFacts facts = test::sound_machine();
  test::add_gpus(facts, 2);
  facts.threads.omp_num_threads = "1";
  for (const size_t columns : {40U, 80U, 120U}) {
    std::istringstream lines(doctor_text(report_of(facts), columns));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), columns) << line;
  }
}

TEST(DoctorText, SaysWhatThereIs) {
  MachineFacts facts = test::sound_machine();
  test::add_gpus(facts, 1);
  facts.threads.limits.quota = 2.5;
  facts.threads.limits.quota_file = "/sys/fs/cgroup/cpu.max";
  facts.memory.group = 8LL << 30;
  facts.memory.group_file = "/sys/fs/cgroup/memory.max";
  const std::string text = doctor_text(report_of(facts), 500);
  for (const char* part :
       {"itpn 0.1.0, LibTorch 2.13.0", "A Fast One, 8 cores", "avx2 fma avx512f", "model avx512", "8 for the model, 7",
        "2 of 8 cores may be used; /sys/fs/cgroup/cpu.max grants 2.5; OMP_NUM_THREADS is not set",
        "/sys/fs/cgroup/memory.max allows 8.0 GiB", "1 for LibTorch; driver 550.54.15, CUDA up to 12.4",
        "NVIDIA A100, 80.0 GiB, 1.0 GiB in use", "NCCL is compiled in", "fp32 100 GFLOP/s",
        "/runs (ext4): 500.0 GiB free; writes 800 MB/s, reads 2000 MB/s", "1024 at once"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(DoctorText, TellsAFindingWithItsRemedyOrThatThereIsNone) {
  MachineFacts facts = test::sound_machine();
  EXPECT_THAT(doctor_text(report_of(facts), 80), HasSubstr("Nothing was found"));
  facts.open_files = 64;
  EXPECT_THAT(doctor_text(report_of(facts), 80), HasSubstr("fails: only 64 files may be open at once.\n  -> ulimit"));
}

TEST(DoctorJson, HasNumbersForWhatIsKnownAndNullForWhatIsNot) {
  MachineFacts facts = test::sound_machine();
  facts.disk.speed.reset();
  facts.disk.problem = "\xff read-only";
  const auto json = nlohmann::json::parse(doctor_json(report_of(facts)));
  EXPECT_EQ(json.at("build").at("LibTorch"), "2.13.0");
  EXPECT_EQ(json.at("threads").at("usable_cores"), 8);
  EXPECT_TRUE(json.at("threads").at("quota_cores").is_null());
  EXPECT_TRUE(json.at("disk").at("write_rate").is_null());
  EXPECT_EQ(json.at("memory").at("total"), 64LL << 30);
  EXPECT_EQ(json.at("findings").size(), 1U);
  EXPECT_EQ(json.at("findings")[0].at("effect"), "fails");
}

}  // namespace
}  // namespace itpn
