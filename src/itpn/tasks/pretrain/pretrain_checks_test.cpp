#include "itpn/tasks/pretrain/pretrain_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// The complaint about the built-in recipe with these changes, or "".
std::string complaint(const std::vector<std::string>& overrides) {
  try {
    check_pretrain_config(load_pretrain_config("", overrides));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.what();
  }
  return "";
}

TEST(PretrainChecks, TheBuiltInRecipeIsFine) { EXPECT_EQ(complaint({}), ""); }

TEST(PretrainChecks, ImageSizeMustBeAMultipleOfThePatch) {
  EXPECT_THAT(complaint({"data.image_size=100"}), AllOf(HasSubstr("data.image_size = 100"), HasSubstr("96 or 112")));
}

TEST(PretrainChecks, BothSidesMustBeMultiplesOfThePatch) {
  EXPECT_EQ(complaint({"data.image_size=[96,160]"}), "");
  EXPECT_EQ(complaint({"data.image_size=96x160"}), "");
  EXPECT_THAT(complaint({"data.image_size=96x150"}),
              AllOf(HasSubstr("data.image_size = 96x150"), HasSubstr("96x144 or 96x160")));
  EXPECT_THAT(complaint({"data.image_size=8x16"}), HasSubstr("take 16"));
  EXPECT_THAT(complaint({"data.image_size=96x"}), HasSubstr("wanted a side in pixels or [height, width]"));
}

TEST(PretrainChecks, MasksAreCountedOnTheGridOfThePicture) {
  EXPECT_THAT(complaint({"data.image_size=32x96", "mask.ratio=1.0"}), HasSubstr("of the 12 patches"));
}

TEST(PretrainChecks, ChannelsOfPicturesAndModelAgree) {
  EXPECT_EQ(complaint({"data.channels=1", "model.in_channels=1"}), "");
  EXPECT_THAT(complaint({"data.channels=1"}), HasSubstr("model.in_channels = 3, but data.channels = 1"));
  EXPECT_THAT(complaint({"model.in_channels=1"}), HasSubstr("model.in_channels = 1, but data.channels = 3"));
  EXPECT_THAT(complaint({"data.channels=2", "model.in_channels=2"}), HasSubstr("data.channels = 2: pictures are read"));
  EXPECT_THAT(complaint({"data.channels=4"}), HasSubstr("wanted an integer from 1 to 3"));
  EXPECT_THAT(complaint({"data.channels=1", "model.in_channels=1", "data.mean=[0.1, 0.2, 0.3]"}),
              HasSubstr("data.mean and data.std have 3 and 1 entries, data.channels is 1"));
  EXPECT_THAT(complaint({"data.channels=1", "model.in_channels=1", "pretrain.supervision=clip"}),
              HasSubstr("the teacher sees colours"));
}

TEST(PretrainChecks, TheMaskMustHideSomethingAndLeaveSomething) {
  EXPECT_THAT(complaint({"mask.ratio=0.0"}), HasSubstr("hides 0 of the 64 patches"));
  EXPECT_THAT(complaint({"mask.ratio=1.0"}), HasSubstr("hides 64 of the 64 patches"));
  EXPECT_EQ(complaint({"mask.ratio=0.9"}), "");
}

TEST(PretrainChecks, TheMicroBatchDividesTheGlobalBatch) {
  EXPECT_THAT(complaint({"train.global_batch_size=8", "train.micro_batch_size=3"}), HasSubstr("does not divide"));
  EXPECT_THAT(complaint({"train.global_batch_size=8", "train.micro_batch_size=16"}), HasSubstr("does not divide"));
  EXPECT_EQ(complaint({"train.global_batch_size=8", "train.micro_batch_size=2"}), "");
}

TEST(PretrainChecks, AFolderNeedsAPath) { EXPECT_THAT(complaint({"data.source=folder"}), HasSubstr("data.path")); }

TEST(PretrainChecks, NamesTheNearestKey) {
  EXPECT_THAT(complaint({"optim.weight_decy=0.1"}), HasSubstr("optim.weight_decay"));
}

}  // namespace
}  // namespace itpn
