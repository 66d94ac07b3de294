#include "itpn/engine/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "itpn/core/errors.h"
#include "itpn/io/checkpoint_store.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

void open_run(const std::string& path, ExistingRun existing) { RunDirectory(posix_fs(), path, existing); }

void write(const std::string& path, const std::string& text = "mine") {
  make_directories(posix_fs(), parent_path(path));
  write_file_atomically(posix_fs(), path, text);
}

// A directory in which a run has written some of its files.
void leave_a_run(const std::string& path) {
  RunDirectory run(posix_fs(), path, ExistingRun::kRefuse);
  run.begin_writing(2);
  for (const std::string& file :
       {run.config_file(), run.metrics_file(), run.bad_samples_file(1), run.sample_file(20)}) {
    write(file, "of the run");
  }
  run.note_skipped_step(7, 2);
  write(run.skipped_step_file(7, 0));
  write(run.skipped_step_file(7, 1));
  run.note("events.out.tfevents.0000000001.host.1.0");
  write(path + "/events.out.tfevents.0000000001.host.1.0");
  const std::vector<CheckpointFile> files = {text_checkpoint_file("state.json", "state")};
  CheckpointStore(posix_fs(), run.checkpoints()).save(20, files);
}

// Names of all files below a directory.
std::vector<std::string> files_below(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (!entry.is_directory()) names.push_back(std::filesystem::relative(entry.path(), path));
  }
  return names;
}

void overwrite(const std::string& path) {
  RunDirectory(posix_fs(), path, ExistingRun::kOverwrite).discard_existing_run();
}

TEST(RunDirectory, IsMadeWithItsParents) {
  test::TemporaryDirectory folder;
  RunDirectory run(posix_fs(), folder.file("a/b"), ExistingRun::kRefuse);
  EXPECT_TRUE(is_directory(posix_fs(), folder.file("a/b")));
  EXPECT_EQ(run.sample_file(3), folder.file("a/b/samples/step-0000003.png"));
  EXPECT_TRUE(is_directory(posix_fs(), folder.file("a/b/samples")));
}

TEST(RunDirectory, RefusesAnotherRunUnlessTold) {
  test::TemporaryDirectory folder;
  leave_a_run(folder.path());
  EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { open_run(folder.path(), ExistingRun::kRefuse); }),
              HasSubstr("--resume auto"));
  EXPECT_NO_THROW(open_run(folder.path(), ExistingRun::kContinue));
  EXPECT_TRUE(exists(posix_fs(), folder.file("metrics.jsonl")));
}

TEST(RunDirectory, OverwriteDeletesAllThatTheRunWrote) {
  test::TemporaryDirectory folder;
  leave_a_run(folder.path());
  RunDirectory run(posix_fs(), folder.path(), ExistingRun::kOverwrite);
  EXPECT_TRUE(exists(posix_fs(), folder.file("metrics.jsonl"))) << "too early";
  run.discard_existing_run();
  EXPECT_THAT(files_below(folder.path()), UnorderedElementsAre("run.files", "run.lock"));
  EXPECT_FALSE(exists(posix_fs(), folder.file("samples")));
  EXPECT_FALSE(exists(posix_fs(), folder.file("checkpoints")));
}

TEST(RunDirectory, OverwriteLeavesWhatSomebodyElseLaidIntoARun) {
  test::TemporaryDirectory folder;
  leave_a_run(folder.path());
  const std::vector<std::string> mine = {"thesis.tex",
                                         "samples/cat.jpg",
                                         "samples/old/step-0000020.png",
                                         "checkpoints/best.pt",
                                         "checkpoints/epoch-3/model.safetensors",
                                         "events.out.tfevents.0000000009.other.1.0",
                                         "bad_samples.of_mine.tsv",
                                         "skipped_steps/notes.txt"};
  for (const std::string& name : mine) write(folder.file(name));
  overwrite(folder.path());
  std::vector<std::string> expected = mine;
  expected.insert(expected.end(), {"run.files", "run.lock"});
  EXPECT_THAT(files_below(folder.path()), UnorderedElementsAreArray(expected));
}

TEST(RunDirectory, AFolderLinkOfTheUsersIsNeitherFollowedNorDeleted) {
  test::TemporaryDirectory folder, disk;
  leave_a_run(folder.path());
  remove_all(posix_fs(), folder.file("samples"));
  write(disk.file("holiday.jpg"));
  std::filesystem::create_directory_symlink(disk.path(), folder.file("samples"));
  overwrite(folder.path());
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("samples")));
  EXPECT_TRUE(exists(posix_fs(), disk.file("holiday.jpg")));
}

TEST(RunDirectory, AListThatLeadsOutOfTheDirectoryDeletesNothingThere) {
  test::TemporaryDirectory folder;
  const std::string run = folder.file("run");
  leave_a_run(run);
  write(folder.file("mine.txt"));
  std::ofstream(run + "/run.files", std::ios::app) << "../mine.txt\n"
                                                   << folder.file("mine.txt") << "\na/../../mine.txt\n";
  overwrite(run);
  EXPECT_TRUE(exists(posix_fs(), folder.file("mine.txt")));
}

// Each of them is what a run would write, and no run's.
class ForeignContent : public ::testing::TestWithParam<const char*> {};

TEST_P(ForeignContent, IsNoRunAndIsNamedAndLeft) {
  for (const ExistingRun existing : {ExistingRun::kRefuse, ExistingRun::kContinue, ExistingRun::kOverwrite}) {
    test::TemporaryDirectory folder;
    write(folder.file(GetParam()));
    const std::string message = test::error_of(ExitCode::kUsage, [&] { open_run(folder.path(), existing); });
    const std::string name = GetParam();
    EXPECT_THAT(message, HasSubstr(name.substr(0, name.find('/')))) << message;
    EXPECT_THAT(message, HasSubstr("no run of itpn"));
    EXPECT_THAT(files_below(folder.path()), UnorderedElementsAre(name));
  }
}

INSTANTIATE_TEST_SUITE_P(RunDirectory, ForeignContent,
                         ::testing::Values("config.toml", "samples/cat.jpg", "checkpoints/best.pt", "train.log",
                                           "checkpoints/step-10/model.safetensors",
                                           "events.out.tfevents.1700000000.host.1.0", "metrics.jsonl"));

TEST(RunDirectory, OtherFilesAreInNobodysWay) {
  for (const ExistingRun existing : {ExistingRun::kRefuse, ExistingRun::kContinue, ExistingRun::kOverwrite}) {
    test::TemporaryDirectory folder;
    write(folder.file("thesis.tex"));
    write(folder.file("data/samples/cat.jpg"));
    make_directories(posix_fs(), folder.file("checkpoints"));
    EXPECT_NO_THROW(open_run(folder.path(), existing));
  }
}

TEST(RunDirectory, ARunOfAVersionWithoutMarksGoesOnButIsNotDeleted) {
  test::TemporaryDirectory folder;
  write(folder.file("config.toml"));
  write(folder.file("env.json"), R"({"itpn": "0.1.0", "cpu_capability": "AVX2"})");
  write(folder.file("checkpoints/step-3/state.json"));
  EXPECT_NO_THROW(open_run(folder.path(), ExistingRun::kContinue));
  test::error_of(ExitCode::kUsage, [&] { open_run(folder.path(), ExistingRun::kOverwrite); });
  EXPECT_TRUE(exists(posix_fs(), folder.file("checkpoints/step-3/state.json")));
}

TEST(RunDirectory, AFileInItsPlaceIsAnInputOutputError) {
  test::TemporaryDirectory folder;
  write_file_atomically(posix_fs(), folder.file("file"), std::string("x"));
  test::error_of(ExitCode::kInputOutput, [&] { open_run(folder.file("file"), ExistingRun::kRefuse); });
}

TEST(RunDirectory, IsHeldAgainstASecondRun) {
  test::TemporaryDirectory folder;
  RunDirectory run(posix_fs(), folder.path(), ExistingRun::kRefuse);
  run.begin_writing(1);
  test::error_of(ExitCode::kDirectoryInUse, [&] { open_run(folder.path(), ExistingRun::kOverwrite); });
}

}  // namespace
}  // namespace itpn
