// Weights from one command to the next, whatever file they travel in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/files.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/program.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::HasSubstr;

TEST(Weights, AClassifierInAPthFilePredictsWhatItsRunPredictsAndSaysWhatItLoaded) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const std::string run = folder.file("run"), pth = folder.file("model.pth");
  const Outcome trained =
      run_program(tiny_classifier("finetune", folder.file("data"), run, {"train.epochs=1", "data.mean=[0.1,0.2,0.3]"}));
  ASSERT_EQ(trained.code, 0) << trained.err;
  ASSERT_EQ(run_program({"convert", run, pth}).code, 0);
  const std::string picture = folder.file("data/val/red/0.png");
  const Outcome of_run = run_program({"predict", run, picture, "--format", "json"});
  const Outcome of_pth = run_program({"predict", pth, picture, "--format", "json"});
  EXPECT_THAT(of_run.out, HasSubstr("\"red\""));
  EXPECT_EQ(of_pth.out, of_run.out) << of_pth.err;
  EXPECT_THAT(of_pth.err, HasSubstr("weights loaded"));
  const std::string other = folder.file("optimizer.safetensors");
  const Outcome refused = run_program({"convert", run, other, "--key", "optimizer"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.err, HasSubstr("[model"));
  EXPECT_FALSE(exists(posix_fs(), other));
}

TEST(Weights, PretrainingShowsBothSizesOfWeightsOfAnotherPresetAndLeavesNoRun) {
  const TemporaryDirectory folder;
  const Outcome first = run_program(tiny_pretrain(folder.file("first"), {"train.max_steps=1"}));
  ASSERT_EQ(first.code, 0) << first.err;
  const Outcome second =
      run_program(tiny_pretrain(folder.file("second"), {"--init", folder.file("first"), "model.preset=itpn-tiny"}));
  EXPECT_EQ(second.code, 4);
  EXPECT_THAT(second.err, HasSubstr("width (embed_dim): the file has 32, itpn-tiny has 256"));
  EXPECT_FALSE(exists(posix_fs(), folder.file("second")));
}

// The weights know blue, green and red; the pictures show red, teal and green.
TEST(Weights, TheRowsOfAHeadFollowTheNamesOfTheClasses) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const std::string run = folder.file("run"), other = folder.file("other");
  ASSERT_EQ(run_program(tiny_classifier("finetune", folder.file("data"), run, {"train.max_steps=1"})).code, 0);
  for (const char* part : {"train", "val"}) write_colour_classes(other + "/" + part, {"green", "red", "teal"}, 4, 1);
  const Outcome outcome =
      run_program(tiny_classifier("finetune", other, folder.file("next"), {"--init", run, "train.max_steps=1"}));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("2 rows of the head by class names, 1 start at random, 1 of the weights"));
  EXPECT_THAT(outcome.err, HasSubstr("rows: 1 -> 0, 2 -> 1"));
  EXPECT_THAT(outcome.err, HasSubstr("start at random: teal"));
  EXPECT_THAT(outcome.err, HasSubstr("not used: blue"));
}

// What a model hub makes of a classifier: a folder with a file of that name.
TEST(Weights, AFolderOfAModelHubPredictsWhatItsModelPredicts) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const std::string run = folder.file("run"), hub = folder.file("hub");
  ASSERT_EQ(run_program(tiny_classifier("finetune", folder.file("data"), run, {"train.max_steps=1"})).code, 0);
  make_directories(posix_fs(), hub);
  ASSERT_EQ(run_program({"convert", run, hub + "/model.safetensors"}).code, 0);
  const std::string picture = folder.file("data/val/red/0.png");
  const Outcome of_run = run_program({"predict", run, picture, "--format", "csv"});
  EXPECT_EQ(run_program({"predict", hub, picture, "--format", "csv"}).out, of_run.out);
  EXPECT_THAT(of_run.out, HasSubstr("red"));
}

}  // namespace
}  // namespace itpn::test
