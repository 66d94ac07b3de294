// A run as its owner lives with it: started, stopped, started again, from elsewhere, in a folder with other things.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "itpn/core/files.h"
#include "tests/integration/colour_classes.h"
#include "tests/integration/program.h"
#include "tests/integration/run_files.h"
#include "tests/support/temporary_directory.h"

namespace itpn::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

// Every file below `folder` with its content.
std::map<std::string, std::string> content_of(const std::string& folder) {
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) content[entry.path()] = read_text_file(posix_fs(), entry.path());
  }
  return content;
}

std::vector<std::string> event_files(const std::string& run) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    if (entry.path().filename().string().starts_with("events.out.")) names.push_back(entry.path());
  }
  return names;
}

TEST(FinishedRun, StartedAgainChangesNoFile) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  const std::vector<std::string> words =
      tiny_pretrain(run, {"--resume", "auto", "train.epochs=2", "log.tensorboard=true"});
  ASSERT_EQ(run_program(words).code, 0);
  std::map<std::string, std::string> before = content_of(run);
  for (int i = 0; i < 2; ++i) {
    const Outcome again = run_program(words);
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_THAT(again.err, HasSubstr("the run is finished, with 10 steps"));
    EXPECT_THAT(again.out, HasSubstr("steps 10"));
  }
  std::map<std::string, std::string> after = content_of(run);
  before.erase(run + "/run.lock");  // says which process was the last
  after.erase(run + "/run.lock");
  EXPECT_EQ(before, after);
}

TEST(FinishedRun, GoesOnWhereMoreIsAskedFor) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(tiny_pretrain(run, {"train.max_steps=3"})).code, 0);
  EXPECT_TRUE(exists(posix_fs(), run + "/finished.json"));
  const Outcome more = run_program(tiny_pretrain(run, {"--resume", "auto", "train.max_steps=5"}));
  ASSERT_EQ(more.code, 0) << more.err;
  EXPECT_THAT(loss_log(run), SizeIs(5));
  EXPECT_THAT(read_text_file(posix_fs(), run + "/finished.json"), HasSubstr("\"step\":5"));
}

TEST(ShortRun, LogsItsFirstAndItsLastStepAndCanBeDrawn) {
  for (const int steps : {1, 3}) {
    const TemporaryDirectory folder;
    const std::string run = folder.file("run"), chart = folder.file("chart.png");
    const std::string max_steps = "train.max_steps=" + std::to_string(steps);
    ASSERT_EQ(run_program(tiny_pretrain(run, {max_steps, "log.every_steps=10"})).code, 0);
    EXPECT_THAT(loss_log(run), SizeIs(steps == 1 ? 1 : 2));
    EXPECT_THAT(loss_log(run).back(), ::testing::StartsWith(std::to_string(steps) + " "));
    const Outcome plot = run_program({"plot", run, "-o", chart});
    EXPECT_EQ(plot.code, 0) << plot.err;
    EXPECT_TRUE(exists(posix_fs(), chart));
  }
}

TEST(ShortRun, LongerThanItsEpochsIsWarnedOf) {
  const TemporaryDirectory folder;
  const Outcome outcome = run_program(tiny_pretrain(folder.file("run"), {"train.epochs=2", "train.max_steps=11"}));
  EXPECT_THAT(outcome.err,
              HasSubstr("train.epochs = 2, which end the run at step 10; for 11 steps set train.epochs=3"));
  const Outcome fits = run_program(tiny_pretrain(folder.file("fits"), {"train.epochs=2", "train.max_steps=10"}));
  EXPECT_THAT(fits.err, Not(HasSubstr("set train.epochs")));
}

TEST(Paths, OfARunHoldFromEveryDirectory) {
  const TemporaryDirectory folder;
  write_colour_classes(folder.file("here/pictures"), {"blue", "green", "red"}, 4, 1);
  std::filesystem::create_directory(folder.file("elsewhere"));
  const std::string run = folder.file("run");
  const auto words = [&](const std::string& steps, const std::string& path) {
    return tiny_pretrain(run, {"data.source=folder", "data.path=" + path, "train.global_batch_size=4",
                               "train.max_steps=" + steps, "--resume", "auto"});
  };
  const Outcome first = Program({.arguments = words("2", "pictures"), .working_directory = folder.file("here")}).wait();
  ASSERT_EQ(first.code, 0) << first.err;
  const Outcome second = Program({.arguments = {"pretrain", "-o", run, "--resume", "auto", "train.max_steps=4"},
                                  .working_directory = folder.file("elsewhere")})
                             .wait();
  EXPECT_EQ(second.code, 0) << second.err;
  const Outcome absolute = run_program(words("6", folder.file("here/pictures")));
  EXPECT_EQ(absolute.code, 0) << absolute.err;
  std::filesystem::rename(folder.file("here/pictures"), folder.file("moved"));
  const Outcome moved = run_program(words("8", folder.file("moved")));
  EXPECT_EQ(moved.code, 0) << moved.err;
  EXPECT_THAT(second.err + absolute.err + moved.err, Not(HasSubstr("warning: the pictures")));
  std::filesystem::rename(folder.file("moved/red/0.png"), folder.file("moved/red/renamed.png"));
  EXPECT_THAT(run_program(words("10", folder.file("moved"))).err, HasSubstr("other names or sizes"));
}

TEST(Paths, TildeMeansHomeInARecipeAndBehindSet) {
  const TemporaryDirectory folder;
  write_colour_classes(folder.file("home/pictures"), {"blue", "green", "red"}, 4, 1);
  std::filesystem::create_directory(folder.file("work"));
  std::ofstream(folder.file("r.toml")) << "[data]\nsource = \"folder\"\npath = \"~/pictures\"\n";
  const auto run = [&](const std::vector<std::string>& first, const std::string& output) {
    std::vector<std::string> words = tiny_pretrain(output, {"train.max_steps=1", "train.global_batch_size=4"});
    words.insert(words.begin() + 1, first.begin(), first.end());
    return Program({.arguments = words,
                    .working_directory = folder.file("work"),
                    .variables = {"HOME=" + folder.file("home"), "XDG_CACHE_HOME=" + folder.file("cache")}})
        .wait();
  };
  EXPECT_EQ(run({folder.file("r.toml")}, "~/a").code, 0);
  EXPECT_EQ(run({"data.source=folder", "--set", "data.path=~/pictures"}, "~/b").code, 0);
  EXPECT_TRUE(exists(posix_fs(), folder.file("home/a/config.toml")));
  EXPECT_TRUE(exists(posix_fs(), folder.file("home/b/config.toml")));
  EXPECT_FALSE(exists(posix_fs(), folder.file("work/~")));
}

TEST(Names, OfRunsMayLookLikeSettings) {
  const TemporaryDirectory folder;
  std::vector<std::string> words = tiny_pretrain("lr=1e-3_bs=8", {"train.max_steps=1"});
  EXPECT_EQ(Program({.arguments = words, .working_directory = folder.path()}).wait().code, 0);
  EXPECT_TRUE(exists(posix_fs(), folder.file("lr=1e-3_bs=8/config.toml")));
  words = tiny_pretrain("a.b=c", {"train.max_steps=1", "--init", "lr=1e-3_bs=8"});
  words.insert(words.begin(), {"launch", "--nproc", "1"});
  const Outcome launched = Program({.arguments = words, .working_directory = folder.path()}).wait();
  EXPECT_EQ(launched.code, 0) << launched.err;
  EXPECT_TRUE(exists(posix_fs(), folder.file("a.b=c/config.toml")));
}

TEST(Overwrite, LeavesAProjectFolderWithItsPicturesAlone) {
  const TemporaryDirectory folder;
  const std::string project = folder.file("project");
  write_colour_classes(project + "/samples", {"blue", "green", "red"}, 4, 1);
  std::ofstream(project + "/config.toml") << "mine = true\n";
  const std::map<std::string, std::string> before = content_of(project);
  for (const char* option : {"--overwrite", "--allow-change"}) {
    const Outcome outcome = run_program(tiny_pretrain(
        project, {option, "data.source=folder", "data.path=" + project + "/samples", "train.global_batch_size=4"}));
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("config.toml, samples/"));
  }
  EXPECT_EQ(content_of(project), before);
}

TEST(Overwrite, ReplacesARunAndLeavesWhatWasLaidIntoIt) {
  const TemporaryDirectory folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(
      run_program(tiny_pretrain(run, {"train.max_steps=4", "checkpoint.every_steps=2", "log.tensorboard=true"})).code,
      0);
  const std::vector<std::string> first_events = event_files(run);
  for (const char* mine : {"/notes.txt", "/samples/mine.jpg", "/checkpoints/best.pt", "/checkpoints/step-2/mine.txt"}) {
    std::ofstream(run + mine) << "mine";
  }
  const Outcome again = run_program(tiny_pretrain(run, {"--overwrite", "train.max_steps=3", "log.tensorboard=true"}));
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(checkpoint_steps_of(run), ElementsAre(3));
  EXPECT_THAT(loss_log(run), SizeIs(3));
  EXPECT_THAT(event_files(run), SizeIs(1));
  EXPECT_NE(event_files(run), first_events);
  for (const char* mine :
       {"/notes.txt", "/samples/mine.jpg", "/checkpoints/best.pt", "/checkpoints/aside-step-2/mine.txt"}) {
    EXPECT_EQ(read_text_file(posix_fs(), run + mine), "mine") << mine;
  }
  EXPECT_FALSE(exists(posix_fs(), run + "/samples/step-0000004.png"));
}

TEST(Config, DumpTakesTheNameOfATask) {
  const Outcome finetune = run_program({"config", "dump", "finetune"});
  EXPECT_EQ(finetune.code, 0) << finetune.err;
  EXPECT_EQ(finetune.out, run_program({"config", "dump", "--task", "finetune"}).out);
  EXPECT_NE(finetune.out, run_program({"config", "dump"}).out);
  const Outcome changed = run_program({"config", "dump", "teacher", "train.epochs=7"});
  EXPECT_THAT(changed.out, HasSubstr("epochs = 7"));
}

}  // namespace
}  // namespace itpn::test
