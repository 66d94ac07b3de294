// A run that is killed and resumed leaves the same losses and the same weights, bit for bit, as one never stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <random>
#include <thread>

#include "itpn/core/files.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;

constexpr int kSteps = 20;  // 4 epochs of 5 steps
const std::vector<std::string> kFiles = {"model.safetensors", "optimizer.safetensors"};

struct Case {
  std::string name;
  std::vector<std::string> changes;
  int save_at;  // not at the end of an epoch unless that is the point
  bool has_teacher = true;
};

class Resume : public ::testing::TestWithParam<Case> {};

// Kills the run as soon as checkpoint `step` is committed.
void run_and_kill(const std::vector<std::string>& words, const std::string& run, int step) {
  Program program(words);
  ASSERT_TRUE(program.wait_for_file(run + "/checkpoints/step-" + std::to_string(step)));
  program.signal(SIGKILL);
  program.wait();
}

void expect_equal_runs(const std::string& whole, const std::string& resumed, bool has_teacher) {
  EXPECT_EQ(loss_log(whole), loss_log(resumed));
  EXPECT_EQ(loss_log(whole).size(), kSteps);
  for (const std::string& file : kFiles) {
    EXPECT_EQ(checkpoint_hash(whole, kSteps, file), checkpoint_hash(resumed, kSteps, file)) << file;
  }
  if (has_teacher) {
    EXPECT_EQ(checkpoint_hash(whole, kSteps, "ema.safetensors"), checkpoint_hash(resumed, kSteps, "ema.safetensors"));
  }
}

TEST_P(Resume, AfterAKillEqualsARunNeverStopped) {
  const Case& c = GetParam();
  const TemporaryDirectory folder;
  const std::string whole = folder.file("whole"), resumed = folder.file("resumed");
  const Outcome straight = run_program(tiny_pretrain(whole, c.changes));
  ASSERT_EQ(straight.code, 0) << straight.err;

  std::vector<std::string> changes = c.changes;
  changes.push_back("checkpoint.every_steps=" + std::to_string(c.save_at));
  changes.push_back("checkpoint.background=false");
  run_and_kill(tiny_pretrain(resumed, changes), resumed, c.save_at);
  changes.insert(changes.end(), {"--resume", "auto"});
  const Outcome rest = run_program(tiny_pretrain(resumed, changes));
  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_THAT(rest.err, HasSubstr("resuming from"));
  expect_equal_runs(whole, resumed, c.has_teacher);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, Resume,
    ::testing::Values(Case{"MidEpoch", {}, 7}, Case{"EpochEdge", {}, 10},
                      Case{"Accumulation", {"train.micro_batch_size=2"}, 7},
                      Case{"Bf16", {"train.precision=bf16", "mfm.momentum=0.9"}, 8},
                      Case{"Bf16Accumulation", {"train.precision=bf16", "train.micro_batch_size=4"}, 3},
                      Case{"DropPathAndClipping", {"model.drop_path=0.3", "optim.clip_grad=0.5"}, 6},
                      Case{"FullTeacherCosine", {"mfm.teacher_input=full", "mfm.momentum_schedule=cosine"}, 9},
                      Case{"MaskedTeacher", {"mfm.teacher_input=masked"}, 12},
                      Case{"NoMfm", {"mfm.enabled=false"}, 4, false},
                      Case{"BackboneOnly", {"pretrain.pyramid=false"}, 11},
                      Case{"GreyAndWide", {"data.image_size=32x48", "data.channels=1", "model.in_channels=1"}, 7}),
    [](const auto& info) { return info.param.name; });

TEST(Kill, AtRandomMomentsLosesNothing) {
  const TemporaryDirectory folder;
  const std::string whole = folder.file("whole"), killed = folder.file("killed");
  ASSERT_EQ(run_program(tiny_pretrain(whole)).code, 0);
  const auto words = tiny_pretrain(killed, {"checkpoint.every_steps=3", "--resume", "auto"});
  std::mt19937 random(std::random_device{}());
  const auto start = std::chrono::steady_clock::now();
  {
    Program first(words);
    ASSERT_TRUE(first.wait_for_file(killed + "/checkpoints/step-3"));
    first.signal(SIGKILL);
  }
  const auto usual = std::chrono::steady_clock::now() - start;
  for (int trial = 0; trial < 5; ++trial) {
    Program program(words);
    const double share = std::uniform_real_distribution<>(0.3, 1.3)(random);
    std::this_thread::sleep_for(share * usual);
    program.signal(SIGKILL);
    const Outcome outcome = program.wait();
    ASSERT_TRUE(outcome.code == 137 || outcome.code == 0) << outcome.err;
  }
  const Outcome last = run_program(words);
  ASSERT_EQ(last.code, 0) << last.err;
  expect_equal_runs(whole, killed, true);
}

TEST(Resume, GoesOnWithTheSettingsOfTheDirectoryWithoutARecipe) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(tiny_pretrain(run, {"train.max_steps=4"})).code, 0);
  const Outcome outcome =
      run_program({"pretrain", "--output-dir", run, "--resume", "auto", "train.max_steps=6", "checkpoint.keep=3"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(checkpoint_steps_of(run), (std::vector<int>{4, 6}));
  EXPECT_EQ(loss_log(run).size(), 6);
}

TEST(Resume, LaterLinesOfTheLogMoveAside) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(tiny_pretrain(run, {"checkpoint.every_steps=5", "checkpoint.keep=4"})).code, 0);
  const auto all = loss_log(run);
  const Outcome outcome =
      run_program(tiny_pretrain(run, {"--resume", run + "/checkpoints/step-10", "train.max_steps=12"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(loss_log(run), std::vector<std::string>(all.begin(), all.begin() + 12));
  EXPECT_THAT(read_text_file(posix_fs(), run + "/metrics.dropped.jsonl"), HasSubstr("\"step\":11,"));
}

TEST(Resume, FallsBackToTheNewestCheckpointThatVerifiesAndSaysSo) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(tiny_pretrain(run, {"checkpoint.every_steps=10"})).code, 0);
  const std::string damaged = run + "/checkpoints/step-20/model.safetensors";
  std::vector<std::byte> bytes = read_file(posix_fs(), damaged);
  bytes[bytes.size() / 2] ^= std::byte{1};
  write_file_atomically(posix_fs(), damaged, bytes);
  const Outcome outcome = run_program(tiny_pretrain(run, {"--resume", "auto"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("step-20"));
  EXPECT_THAT(outcome.err, HasSubstr("step-10 (step 10"));
  const Outcome named = run_program(tiny_pretrain(folder.file("other"), {"--resume", damaged}));
  EXPECT_EQ(named.code, 4) << named.err;
}

}  // namespace
}  // namespace itpn::test
