// Several processes do what one does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "itpn/core/files.h"
#include "tests/integration/close_runs.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/processes.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Words = std::vector<std::string>;

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Outcome run_torchrun(const Words& words) {
  return Program(Launch{.arguments = words, .executable = *torchrun_path()}).wait();
}

double last_validation_loss(const std::string& run) {
  double loss = std::numeric_limits<double>::quiet_NaN();
  std::ifstream file(run + "/metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto value = nlohmann::json::parse(line);
    if (value.contains("val_loss")) loss = value["val_loss"];
  }
  return loss;
}

struct Case {
  std::string name;
  Words changes;
};

class TwoProcesses : public ::testing::TestWithParam<Case> {};

TEST_P(TwoProcesses, EqualOne) {
  const TemporaryDirectory folder;
  const std::string one = folder.file("one"), two = folder.file("two");
  const Outcome alone = run_program(tiny_pretrain(one, GetParam().changes));
  ASSERT_EQ(alone.code, 0) << alone.err;
  const Outcome both = run_program(launched(2, tiny_pretrain(two, GetParam().changes)));
  ASSERT_EQ(both.code, 0) << both.err;
  expect_close_losses(one, two, 20);
  expect_close_weights(one, two, 20);
  EXPECT_EQ(logged(one, 3), logged(two, 3)) << "learning rates";
  EXPECT_EQ(std::count(both.out.begin(), both.out.end(), '\n'), std::count(alone.out.begin(), alone.out.end(), '\n'))
      << "only one process speaks: " << both.out;
}

INSTANTIATE_TEST_SUITE_P(
    Settings, TwoProcesses,
    ::testing::Values(Case{"WholeBatch", {}}, Case{"MicroBatches", {"train.micro_batch_size=2", "model.drop_path=0.3"}},
                      Case{"ManyBuckets", {"distributed.bucket_mib=0.01", "optim.clip_grad=0.5"}},
                      Case{"NoOverlap", {"distributed.overlap=false", "mfm.momentum=0.9"}},
                      Case{"Recomputing", {"train.activation_checkpointing=true"}},
                      Case{"GreyAndWide", {"data.image_size=32x48", "data.channels=1", "model.in_channels=1"}}),
    [](const auto& info) { return info.param.name; });

TEST(Distributed, BothProcessesEndWithTheSameBitsInEveryRun) {
  const TemporaryDirectory folder;
  const std::string a = folder.file("a"), b = folder.file("b");
  for (const std::string& run : {a, b}) {
    const Outcome outcome = run_program(launched(2, tiny_pretrain(run)));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  EXPECT_EQ(loss_log(a), loss_log(b));
  EXPECT_EQ(checkpoint_hash(a, 20, "model.safetensors"), checkpoint_hash(b, 20, "model.safetensors"));
}

TEST(Distributed, TheNumberOfProcessesMayChangeFromStartToStart) {
  const TemporaryDirectory folder;
  const std::string one = folder.file("one"), elastic = folder.file("elastic");
  ASSERT_EQ(run_program(tiny_pretrain(one)).code, 0);
  const auto go_on = [&](int processes, int steps) {
    const Words words =
        tiny_pretrain(elastic, {"--resume", "auto", "train.max_steps=" + std::to_string(steps), "log.every_steps=1"});
    const Outcome outcome = run_program(processes == 1 ? words : launched(processes, words));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  };
  go_on(2, 6);
  go_on(1, 8);
  go_on(4, 13);
  go_on(2, 20);
  expect_close_losses(one, elastic, 20);
  expect_close_weights(one, elastic, 20);
}

// Each process has the moments of half of the parameters; nothing that is learnt changes by that, and a checkpoint is
// the same file, which any number of processes can go on from.
TEST(Distributed, ADividedOptimiserChangesNothing) {
  const TemporaryDirectory folder;
  const std::string whole = folder.file("whole"), divided = folder.file("divided");
  const Words changes = {"checkpoint.every_steps=7", "checkpoint.keep=10", "train.precision=bf16"};
  ASSERT_EQ(run_program(launched(2, tiny_pretrain(whole, changes))).code, 0);
  const Words sharded = with(changes, {"distributed.shard_optimizer=true", "--resume", "auto"});
  for (const int steps : {10, 20}) {
    const Outcome outcome =
        run_program(launched(2, tiny_pretrain(divided, with(sharded, {"train.max_steps=" + std::to_string(steps)}))));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  EXPECT_EQ(loss_log(whole), loss_log(divided));
  for (const int step : {7, 14, 20}) {
    for (const std::string file : {"model.safetensors", "ema.safetensors", "optimizer.safetensors"}) {
      EXPECT_EQ(checkpoint_hash(whole, step, file), checkpoint_hash(divided, step, file))
          << file << " of step " << step;
    }
  }
}

TEST(Distributed, ADividedOptimiserIsResumedByAnyNumberOfProcesses) {
  const TemporaryDirectory folder;
  const std::string one = folder.file("one"), elastic = folder.file("elastic");
  ASSERT_EQ(run_program(tiny_pretrain(one)).code, 0);
  for (const auto& [processes, steps] : {std::pair{4, 6}, std::pair{1, 8}, std::pair{2, 20}}) {
    const Words words = tiny_pretrain(
        elastic, {"--resume", "auto", "train.max_steps=" + std::to_string(steps), "distributed.shard_optimizer=true"});
    const Outcome outcome = run_program(processes == 1 ? words : launched(processes, words));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  expect_close_losses(one, elastic, 20);
  expect_close_weights(one, elastic, 20);
}

TEST(Distributed, TheScalingBenchmarkMeasuresEachNumberOfProcesses) {
  const Outcome outcome =
      run_program({"benchmark", "scaling", "--nproc", "1,2", "--preset", "itpn-nano", "--image-size", "32",
                   "--precision", "fp32", "--batch-size", "4", "--steps", "3", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"processes\":1,"));
  EXPECT_THAT(outcome.out, HasSubstr("\"processes\":2,"));
}

TEST(Distributed, UnderTorchrunTwoProcessesEqualOne) {
  if (!torchrun_path()) GTEST_SKIP() << "no torchrun in .venv";
  const TemporaryDirectory folder;
  const std::string one = folder.file("one"), two = folder.file("two");
  ASSERT_EQ(run_program(tiny_pretrain(one)).code, 0);
  const Outcome outcome = run_torchrun(for_torchrun(2, tiny_pretrain(two)));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  expect_close_losses(one, two, 20);
  expect_close_weights(one, two, 20);
}

TEST(Distributed, AClassifierIsTrainedAndMeasuredExactly) {
  const TemporaryDirectory folder;
  const std::string data = folder.file("data"), one = folder.file("one"), two = folder.file("two");
  write_colour_data(data, 8);
  // Equal micro-batches: pictures are mixed within one.
  const Words changes = {"train.micro_batch_size=2", "mix.mixup=0.8",          "mix.cutmix=1.0", "ema.decay=0.9",
                         "model.drop_path=0.1",      "optim.layer_decay=0.75", "data.workers=1"};
  const Outcome alone = run_program(tiny_classifier("finetune", data, one, changes));
  ASSERT_EQ(alone.code, 0) << alone.err;
  const Outcome both = run_program(launched(2, tiny_classifier("finetune", data, two, changes)));
  ASSERT_EQ(both.code, 0) << both.err;
  expect_close_losses(one, two, 24);
  // 12 pictures in batches of 2, then of 5 (the last process has fewer): each counts once.
  for (const std::string batch : {"2", "5", "64"}) {
    const Words words = {"eval", one, "--data", data + "/val", "--json", "--batch-size", batch, "--workers", "1"};
    const Outcome single = run_program(words), shared = run_program(launched(2, words));
    ASSERT_EQ(shared.code, 0) << shared.err;
    EXPECT_THAT(shared.out, HasSubstr("\"pictures\":12"));
    const auto before_loss = [](const std::string& text) { return text.substr(0, text.find("\"loss\"")); };
    EXPECT_EQ(before_loss(single.out), before_loss(shared.out)) << "classes and confusion";
  }
}

TEST(Distributed, ALinearProbeLearnsTheSame) {
  const TemporaryDirectory folder;
  const std::string data = folder.file("data"), one = folder.file("one"), two = folder.file("two");
  write_colour_data(data, 8);
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("pretrained"), {"train.max_steps=1"})).code, 0);
  const Words changes = {"--init", folder.file("pretrained"), "train.micro_batch_size=2"};
  const Outcome alone = run_program(tiny_classifier("linprobe", data, one, changes));
  ASSERT_EQ(alone.code, 0) << alone.err;
  const Outcome both = run_program(launched(2, tiny_classifier("linprobe", data, two, changes)));
  ASSERT_EQ(both.code, 0) << both.err;
  expect_close_losses(one, two, 24);
  // What was measured is what was saved, running statistics included.
  const Outcome measured = run_program({"eval", two, "--data", data + "/val", "--json"});
  ASSERT_EQ(measured.code, 0) << measured.err;
  EXPECT_NEAR(nlohmann::json::parse(measured.out)["loss"].get<double>(), last_validation_loss(two), 1e-5);
}

TEST(Launch, RefusesABatchThatCannotBeShared) {
  const TemporaryDirectory folder;
  const Outcome outcome = run_program(launched(3, tiny_pretrain(folder.file("run"))));
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("3 processes cannot share train.global_batch_size = 8"));
  EXPECT_EQ(outcome.err.find("error:"), outcome.err.rfind("error:")) << "said once: " << outcome.err;
}

TEST(Launch, NamesAVariableThatMakesNoSense) {
  setenv("WORLD_SIZE", "2", 1);
  setenv("RANK", "2", 1);
  const TemporaryDirectory folder;
  const Outcome outcome = run_program(tiny_pretrain(folder.file("run")));
  unsetenv("WORLD_SIZE");
  unsetenv("RANK");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("RANK=2"));
}

}  // namespace
}  // namespace itpn::test
