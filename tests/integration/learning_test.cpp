// The whole path learns, and leaves what it promises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "itpn/core/files.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;

std::vector<nlohmann::json> metrics(const std::string& run) {
  std::vector<nlohmann::json> lines;
  std::ifstream file(run + "/metrics.jsonl");
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(Learning, OverfitsAFewPictures) {
  const TemporaryDirectory folder;
  const Outcome outcome = run_program(tiny_pretrain(
      folder.file("run"), {"data.synthetic_count=8", "train.epochs=300", "optim.lr=3e-3", "optim.warmup_epochs=10",
                           "data.flip=0.0", "data.crop_scale=[1.0, 1.0]", "log.every_steps=10", "mfm.enabled=false"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto lines = metrics(folder.file("run"));
  double first = 0.0, last = 0.0;
  for (const auto& line : lines) {
    if (!line.contains("loss")) continue;
    if (first == 0.0) first = line["loss"];
    last = line["loss"];
  }
  EXPECT_LT(last, 0.6 * first);
}

TEST(Learning, LeavesARunDirectoryWithEverything) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  const Outcome outcome =
      run_program(tiny_pretrain(run, {"log.tensorboard=true", "log.panel_every_steps=10", "data.val_path=held-out"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* name : {"config.toml", "env.json", "train.log", "metrics.jsonl", "samples/step-0000010.png",
                           "samples/step-0000020.png", "checkpoints/step-20/MANIFEST.json"}) {
    EXPECT_TRUE(exists(posix_fs(), run + "/" + name)) << name;
  }
  const auto lines = metrics(run);
  for (const char* key : {"step", "epoch", "loss", "loss_mim", "loss_mfm_1", "loss_mfm_2", "loss_mfm_3", "lr",
                          "grad_norm", "images_per_s", "data_wait", "memory"}) {
    EXPECT_TRUE(lines[0].contains(key)) << key;
  }
  EXPECT_TRUE(lines.back().contains("val_loss"));
  EXPECT_THAT(outcome.out, HasSubstr("samples/step-0000020.png"));
  EXPECT_THAT(outcome.out, HasSubstr("checkpoints/step-20"));
}

TEST(Learning, TheLineAfterACheckpointSaysHowLongTrainingStoodStill) {
  const TemporaryDirectory folder;
  const Outcome outcome = run_program(
      tiny_pretrain(folder.file("run"), {"train.max_steps=4", "log.every_steps=1", "checkpoint.every_steps=2"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const auto& line : metrics(folder.file("run"))) {
    if (!line.contains("loss")) continue;
    EXPECT_EQ(line.contains("save_stall"), line["step"] == 3) << line;
    EXPECT_GE(line.value("save_stall", 1.0), 1e-6);
  }
}

TEST(Learning, TheLossLineIsTheWeightedSumOfItsParts) {
  const TemporaryDirectory folder;
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("run"), {"train.max_steps=2", "train.micro_batch_size=2"})).code, 0);
  const auto line = metrics(folder.file("run"))[1];
  const double features =
      line["loss_mfm_1"].get<double>() + line["loss_mfm_2"].get<double>() + line["loss_mfm_3"].get<double>();
  EXPECT_NEAR(line["loss"], line["loss_mim"].get<double>() + 0.3 * features, 1e-5);
}

TEST(Learning, TheNumberOfLoaderThreadsChangesNothing) {
  const TemporaryDirectory folder;
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("one"), {"train.max_steps=6"})).code, 0);
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("four"), {"train.max_steps=6", "data.workers=4"})).code, 0);
  EXPECT_EQ(loss_log(folder.file("one")), loss_log(folder.file("four")));
}

TEST(Learning, InitialWeightsAreTakenOver) {
  const TemporaryDirectory folder;
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("first"), {"optim.lr=1e-3"})).code, 0);
  const Outcome outcome = run_program(
      tiny_pretrain(folder.file("second"), {"train.max_steps=1", "--init", folder.file("first/checkpoints/step-20")}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_LT(metrics(folder.file("second"))[0]["loss_mim"], metrics(folder.file("first"))[0]["loss_mim"]);
}

TEST(CommandLine, HelpAndVersionAnswer) {
  const Outcome help = run_program({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("pretrain"));
  const Outcome pretrain = run_program({"pretrain", "--help"});
  EXPECT_EQ(pretrain.code, 0);
  EXPECT_LT(pretrain.out.find("Examples:"), pretrain.out.find("--output-dir,"));
  EXPECT_THAT(run_program({"--version"}).out, HasSubstr("itpn 0."));
}

}  // namespace
}  // namespace itpn::test
