#include "itpn/io/checkpoint_removal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/io/checkpoint_names.h"
#include "itpn/io/checkpoint_store.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CheckpointRemoval : public testing::Test {
 protected:
  void save(int64_t step) {
    const std::vector<CheckpointFile> files = {text_checkpoint_file("state.json", fmt::format("step {}", step)),
                                               text_checkpoint_file("model.safetensors", "weights")};
    store_.save(step, files);
  }
  void write(const std::string& name, const std::string& text = "mine") {
    make_directories(fs_, parent_path(join_path(directory_, name)));
    write_file_atomically(fs_, join_path(directory_, name), text);
  }
  std::vector<std::string> names(const std::string& below = "") {
    std::vector<DirectoryEntry> entries;
    fs_.list(join_path(directory_, below), &entries);
    std::vector<std::string> names;
    for (const auto& entry : entries) names.push_back(entry.name);
    return names;
  }

  test::TemporaryDirectory temporary_;
  Fs& fs_ = posix_fs();
  std::string directory_ = temporary_.file("checkpoints");
  CheckpointStore store_{fs_, directory_};
};

TEST_F(CheckpointRemoval, TakesAllThatSavesHaveWritten) {
  save(5);
  save(6);
  store_.mark_best(5);
  store_.set_aside_newer(5);
  write(".tmp-7-4711/model.safetensors");
  write(".del-step-3-4711-0/state.json");
  fs_.unlink(join_path(directory_, ".del-step-3-4711-0/state.json"));
  remove_checkpoints(fs_, directory_);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(CheckpointRemoval, LeavesWhatLiesBesideAndInCheckpoints) {
  save(5);
  write("best.pt");
  write("step-5/notes.txt");
  write("step-9/model.safetensors");  // of another program: no manifest
  write(".tmp-of-mine/a");
  remove_checkpoints(fs_, directory_);
  EXPECT_THAT(names(), ElementsAre(".tmp-of-mine", "aside-step-5", "aside-step-9", "best.pt"));
  EXPECT_THAT(names("aside-step-5"), ElementsAre("notes.txt"));
  EXPECT_THAT(names("aside-step-9"), ElementsAre("model.safetensors"));
  remove_checkpoints(fs_, directory_);
  EXPECT_THAT(names("aside-step-9"), ElementsAre("model.safetensors"));
}

TEST_F(CheckpointRemoval, RotationLeavesWhatSomebodyLaidIntoACheckpoint) {
  save(1);
  write("step-1/figure.png");
  write("step-1/plots/a.png");
  for (const int64_t step : {2, 3}) save(step);
  EXPECT_THAT(names(), ElementsAre("aside-step-1", "step-2", "step-3"));
  EXPECT_THAT(names("aside-step-1"), ElementsAre("figure.png", "plots"));
}

TEST_F(CheckpointRemoval, AnInterruptedDeletionIsFinishedAtTheNextStart) {
  save(1);
  ASSERT_GE(fs_.rename(join_path(directory_, "step-1"), join_path(directory_, ".del-step-1-4711-0")), 0);
  save(2);
  write(".del-step-2-4711-1/mine.txt");
  CheckpointStore(fs_, directory_).clean_leftovers();
  EXPECT_THAT(names(), ElementsAre("aside-step-2", "step-2"));
}

TEST_F(CheckpointRemoval, OfNothingIsNoError) {
  remove_checkpoints(fs_, directory_);
  EXPECT_TRUE(remove_checkpoint(fs_, join_path(directory_, "step-1")));
}

TEST(CheckpointNames, AreOnlyThoseThatThisProgramGives) {
  EXPECT_EQ(step_of("step-12"), 12);
  for (const char* other : {"step-", "step-01", "step-1a", "step--1", "Step-1", "step-1 "})
    EXPECT_FALSE(step_of(other));
  EXPECT_TRUE(is_unfinished_save(".tmp-12-4711"));
  EXPECT_TRUE(is_unfinished_save("best.tmp-4711-0"));
  EXPECT_FALSE(is_unfinished_save(".tmp-of-mine"));
  EXPECT_FALSE(is_unfinished_save(".tmp-"));
  EXPECT_TRUE(is_unfinished_removal(".del-step-1-4711-0"));
  EXPECT_FALSE(is_unfinished_removal(".del-me"));
}

}  // namespace
}  // namespace itpn
