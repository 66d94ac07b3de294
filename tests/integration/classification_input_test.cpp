// What bad input gets from fine-tuning and its companions: one or two clear lines, the right exit code, nothing lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/files.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

void expect_refusal(const Outcome& outcome, int code, const std::vector<std::string>& words) {
  EXPECT_EQ(outcome.code, code) << outcome.err;
  for (const std::string& word : words) EXPECT_THAT(outcome.err, HasSubstr(word));
  EXPECT_THAT(outcome.err, AllOf(Not(HasSubstr("Exception raised from")), Not(HasSubstr("internal error"))));
}

TEST(ClassFolders, ThatDifferAreNamed) {
  const TemporaryDirectory folder;
  write_colour_classes(folder.file("data/train"), {"blue", "green", "red"}, 4, 1);
  write_colour_classes(folder.file("data/val"), {"blue", "green", "violet"}, 4, 1);
  expect_refusal(run_program(tiny_classifier("finetune", folder.file("data"), folder.file("run"))), 3,
                 {"only in training: red", "only in validation: violet"});
  EXPECT_FALSE(exists(posix_fs(), folder.file("run/metrics.jsonl")));
}

TEST(OutputPlace, ThatCannotBeWrittenIsNoticedBeforeTheModelIsRead) {
  const TemporaryDirectory folder;
  const std::string file = folder.file("file");
  write_file_atomically(posix_fs(), file, std::string("x"));
  const std::string below = file + "/below";
  expect_refusal(run_program({"eval", "/nowhere/run", "--data", folder.path(), "-o", below}), 5, {file + ": cannot"});
  expect_refusal(run_program({"embed", "/nowhere/run", "x.png", "-o", below + "/features.npy"}), 5,
                 {file + ": cannot"});
}

TEST(ClassFolders, WithoutAPictureAreNamed) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  make_directories(posix_fs(), folder.file("data/train/yellow"));
  expect_refusal(run_program(tiny_classifier("finetune", folder.file("data"), folder.file("run"))), 3, {"yellow"});
}

TEST(ClassFolders, AreMissing) {
  const TemporaryDirectory folder;
  write_colour_classes(folder.file("data"), {"train"}, 4, 1);  // pictures, but no classes
  write_colour_classes(folder.file("data"), {"val"}, 4, 1);
  expect_refusal(run_program(tiny_classifier("finetune", folder.file("data"), folder.file("run"))), 3,
                 {"data/train", "sub-folder"});
}

TEST(ClassFolders, ThatArePartsOfADatasetAreQuestioned) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  expect_refusal(run_program(tiny_classifier("finetune", folder.path(), folder.file("run"),
                                             {"data.path=" + folder.file("data"), "data.val_path="})),
                 3, {"train/ and val/ are parts of a dataset", "data.val_path=" + folder.file("data/val")});
}

TEST(Pictures, ThatWereGivenAndAreNotUsedAreNamedAndEndWithExitCodeThree) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const std::string run = folder.file("run"), pictures = folder.file("data/val/red");
  ASSERT_EQ(run_program(tiny_classifier("finetune", folder.file("data"), run, {"train.max_steps=1"})).code, 0);
  for (const char* name : {"/a.heic", "/b.tif", "/c.gif", "/d.bmp"}) {
    write_file_atomically(posix_fs(), pictures + name, std::string("x"));
  }
  const Outcome predicted = run_program({"predict", run, pictures, "--format", "csv"});
  const Outcome embedded = run_program({"embed", run, pictures, "-o", folder.file("f.csv")});
  for (const Outcome& outcome : {predicted, embedded}) {
    EXPECT_EQ(outcome.code, 3) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("given and not used: skipped 4"));
    EXPECT_THAT(outcome.err, HasSubstr("(a.heic, b.tif, c.gif, ...); `itpn data " + pictures));
  }
  EXPECT_THAT(read_text_file(posix_fs(), folder.file("f.csv")), HasSubstr("red/3.png,"));
}

TEST(Datasets, ThatAreNoneAreToldByWhatTheyAre) {
  const TemporaryDirectory folder;
  write_file_atomically(posix_fs(), folder.file("p.tar"), std::string("\x1f\x8b\x08 packed"));
  expect_refusal(run_program({"data", folder.file("p.tar")}), 3, {"is a gzip-compressed file; unpack it first"});
  expect_refusal(run_program(tiny_pretrain(folder.file("run"), {"data.path=" + folder.file("p.tar")})), 3,
                 {"is a gzip-compressed file"});
  expect_refusal(run_program(tiny_pretrain(folder.file("run"), {"data.source=synthetic", "data.path=/nowhere"})), 2,
                 {"data.path = /nowhere is given, but data.source = \"synthetic\""});
}

TEST(Labels, OutOfRangeAreNamed) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const std::vector<std::string> lists = {"data.source=list", "data.path=" + folder.file("data/train.txt"),
                                          "data.val_path=" + folder.file("data/val.txt"), "train.global_batch_size=2"};
  write_file_atomically(posix_fs(), folder.file("data/train.txt"),
                        std::string("train/red/0.png 0\ntrain/blue/0.png 1\n"));
  write_file_atomically(posix_fs(), folder.file("data/val.txt"), std::string("val/red/0.png 0\nval/blue/0.png 7\n"));
  expect_refusal(run_program(tiny_classifier("finetune", folder.file("data"), folder.file("run"), lists)), 3,
                 {"only in validation: 2, 3"});
  std::vector<std::string> counted = lists;
  counted.emplace_back("classes.count=1");
  expect_refusal(run_program(tiny_classifier("finetune", folder.file("data"), folder.file("run"), counted)), 3,
                 {"train/blue/0.png", "label 1 is out of range", "classes.count"});
}

TEST(Weights, OfAnotherSizeAreListedAndNothingIsLost) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("pretrained"), {"train.max_steps=1"})).code, 0);
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(tiny_classifier("finetune", folder.file("data"), run, {"train.max_steps=1"})).code, 0);
  expect_refusal(
      run_program(tiny_classifier("finetune", folder.file("data"), run,
                                  {"--overwrite", "--init", folder.file("pretrained"), "model.preset=itpn-tiny"})),
      4, {"width (embed_dim): the file has 32, itpn-tiny has 256", "attention blocks", "itpn-nano"});
  EXPECT_EQ(checkpoint_steps_of(run), std::vector<int>{1});
}

TEST(Weights, ThatAreMissingAreNoticedFirst) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  expect_refusal(run_program(tiny_classifier("finetune", folder.file("data"), folder.file("run"),
                                             {"--init", "/nowhere/model.pth"})),
                 5, {"/nowhere/model.pth"});
  EXPECT_FALSE(exists(posix_fs(), folder.file("run")));
  expect_refusal(run_program(tiny_classifier("linprobe", folder.file("data"), folder.file("run"))), 2, {"--init"});
  expect_refusal(run_program({"predict", "/nowhere/run", "x.png"}), 5, {"/nowhere/run"});
}

TEST(Weights, WithoutClassesAreNoClassifier) {
  const TemporaryDirectory folder;
  ASSERT_EQ(run_program(tiny_pretrain(folder.file("pretrained"), {"train.max_steps=1"})).code, 0);
  expect_refusal(run_program({"predict", folder.file("pretrained"), "x.png"}), 2, {"itpn embed"});
}

TEST(Settings, ThatDoNotFitAreNamed) {
  const TemporaryDirectory folder;
  write_colour_data(folder.file("data"));
  const auto refused = [&](const std::vector<std::string>& changes) {
    return run_program(tiny_classifier("finetune", folder.file("data"), folder.file("run"), changes));
  };
  expect_refusal(refused({"mix.mixup=0.8", "train.global_batch_size=3"}), 2, {"batch"});
  expect_refusal(refused({"data.image_size=40"}), 2, {"data.image_size = 40"});
  expect_refusal(refused({"augment.randaugment=rand-q9"}), 2, {"rand-q9"});
  expect_refusal(refused({"train.global_batch_size=64"}), 2, {"24 pictures"});
  expect_refusal(refused({"data.path="}), 2, {"data.path"});
  expect_refusal(run_program(tiny_classifier("linprobe", folder.file("data"), folder.file("run"),
                                             {"--init", folder.file("data"), "train.micro_batch_size=1"})),
                 2, {"train.micro_batch_size = 1"});
  expect_refusal(run_program({"predict", folder.file("data"), "x.png", "--format", "xml"}), 2, {"--format"});
  EXPECT_FALSE(exists(posix_fs(), folder.file("run/metrics.jsonl")));
}

TEST(KnnData, WithoutTrainAndValIsAUsageError) {
  const TemporaryDirectory folder;
  expect_refusal(run_program({"knn", "--init", folder.path(), "--data", folder.path()}), 2, {"train"});
}

}  // namespace
}  // namespace itpn::test
