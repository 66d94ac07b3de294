// Power cuts: whatever part of the unflushed changes had reached the disk, the newest committed checkpoint is there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sample_checkpoint.h"
#include "tests/support/fault_fs.h"
#include "tests/support/fault_tally.h"
#include "tests/support/sim_fs.h"

namespace itpn::test {
namespace {

// What power cuts at every change of a run of saves left to find.
struct Cuts {
  int64_t states = 0;
  int64_t lost = 0;  // states that load less than what had been committed
};

// Saves steps 1 to `last` and cuts the power `repeats` times before each change to the disk. `lie` is a fault in the
// file system below the store: with it the protocol is as if that call were missing.
Cuts cut_power_during_saves(int64_t last, int repeats, const Fault* lie = nullptr) {
  SimFs disk;
  FaultFs below(disk);
  if (lie) below.inject(*lie);
  Cuts cuts;
  int64_t committed = -1;
  const auto cut = [&] {
    for (int i = 0; i < repeats; ++i) {
      RandomStream random(11, Purpose::kTest, 0, static_cast<uint64_t>(cuts.states++));
      const auto survived = disk.after_power_cut(random);
      if (newest_sample_step(*survived, kDirectory) < committed) ++cuts.lost;
    }
  };
  disk.set_before_change(cut);
  CheckpointStore store(below, kDirectory, {.keep_every_steps = 4});
  for (int64_t step = 1; step <= last; ++step) {
    committed = store.save(step, sample_files(step)).step;
    cut();
  }
  return cuts;
}

TEST(PowerCut, NeverLosesACommittedCheckpoint) {
  FaultTally tally("3", "simulated power cuts");
  const Cuts cuts = cut_power_during_saves(8, 64);
  EXPECT_GE(cuts.states, 10000);
  EXPECT_EQ(cuts.lost, 0) << "of " << cuts.states;
  tally.count(cuts.states);
}

// The test above would notice: without the flush of any one file, of the temporary directory, or of the parent, some
// state loses a committed checkpoint.
TEST(PowerCut, IsNoticedIfAnyOneFlushIsLeftOut) {
  SimFs disk;
  FaultFs counting(disk);
  save_samples(counting, kDirectory, 1);
  const int64_t first_save = counting.calls(Call::kFsync);
  const int64_t one_save = 6;  // three files, the manifest, the temporary directory, the parent
  for (int64_t n = 1; n <= one_save; ++n) {
    const Fault lie{.call = Call::kFsync, .nth = first_save + n, .lies = true};
    EXPECT_GT(cut_power_during_saves(2, 40, &lie).lost, 0) << "fsync " << n << " of a save is not needed?";
  }
}

TEST(PowerCut, ASmallFileIsOldOrNew) {
  const std::string path = "/run/config.toml", older(3000, 'a'), newer(5000, 'b');
  SimFs disk;
  make_directories(disk, "/run");
  write_file_atomically(disk, path, older);
  uint64_t states = 0;
  bool is_written = false;
  const auto cut = [&] {
    for (int i = 0; i < 50; ++i) {
      RandomStream random(12, Purpose::kTest, 0, states++);
      const std::string text = read_text_file(*disk.after_power_cut(random), path);
      EXPECT_TRUE(text == newer || (!is_written && text == older));
    }
  };
  disk.set_before_change(cut);
  write_file_atomically(disk, path, newer);
  is_written = true;
  cut();
}

TEST(PowerCut, ANewDirectoryStaysWhenItsMakerReturned) {
  SimFs disk;
  make_directories(disk, "/a/b/c");
  for (uint64_t i = 0; i < 50; ++i) {
    RandomStream random(13, Purpose::kTest, 0, i);
    EXPECT_TRUE(is_directory(*disk.after_power_cut(random), "/a/b/c"));
  }
}

}  // namespace
}  // namespace itpn::test
