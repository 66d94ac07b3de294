// Every call of a save meets every error: the save ends well or says so, and the checkpoints before it stay.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include "itpn/core/stopwatch.h"
#include "itpn/io/async_saver.h"
#include "sample_checkpoint.h"
#include "tests/support/fault_fs.h"
#include "tests/support/fault_tally.h"
#include "tests/support/sim_fs.h"

namespace itpn::test {
namespace {

using testing::HasSubstr;

constexpr int64_t kBefore = 3;  // newest checkpoint before the save that meets the fault
constexpr int64_t kNew = 4;

// A store that has two verified checkpoints, as in the middle of a run, so that a save also rotates.
struct Trial {
  std::unique_ptr<SimFs> disk;
  std::unique_ptr<FaultFs> faulty;
  std::unique_ptr<CheckpointStore> store;

  Trial() : disk(std::make_unique<SimFs>()), faulty(std::make_unique<FaultFs>(*disk)) {
    store = std::make_unique<CheckpointStore>(*faulty, kDirectory);
    for (int64_t step = 1; step <= kBefore; ++step) store->save(step, sample_files(step));
    store->mark_best(1);
    faulty->reset();
  }
  void save(int64_t step) { store->save(step, sample_files(step)); }
  bool has_temporaries() {
    std::vector<DirectoryEntry> entries;
    disk->list(kDirectory, &entries);
    return std::any_of(entries.begin(), entries.end(), [](const auto& e) { return e.name.starts_with(".tmp-"); });
  }
};

// What must hold after a save that met `fault`, whether it threw (`failed`) or not.
void expect_nothing_lost(Trial& trial, const Fault& fault, bool failed) {
  const int64_t newest = newest_sample_step(*trial.disk, kDirectory);
  if (failed) {
    EXPECT_TRUE(newest == kBefore || newest == kNew) << newest;  // renamed, and then the flush failed
    EXPECT_GE(checkpoint_steps(*trial.disk, kDirectory).size(), 2U);
  } else {
    EXPECT_EQ(newest, kNew);
  }
  EXPECT_EQ(trial.disk->open_files(), 0U);
  const bool could_clean_up = fault.call != Call::kUnlink && fault.call != Call::kList;
  EXPECT_FALSE(could_clean_up && trial.has_temporaries());
  trial.faulty->reset();
  EXPECT_NO_THROW(trial.save(kNew + 1));
  EXPECT_EQ(newest_sample_step(*trial.disk, kDirectory), kNew + 1);
  EXPECT_NO_THROW(verify_checkpoint(*trial.disk, checkpoint_path(kDirectory, kBefore + (failed ? 0 : 1))));
}

void meet(const Fault& fault) {
  SCOPED_TRACE(fmt::format("{} {}: {}{}{}{}", name_of(fault.call), fault.nth, std::strerror(fault.error),
                           fault.is_short ? ", short" : "", fault.and_all_later ? ", from then on" : "",
                           fault.does_its_work ? ", though done" : ""));
  Trial trial;
  trial.faulty->inject(fault);
  bool failed = false;
  try {
    trial.save(kNew);
  } catch (const SaveError& e) {
    failed = true;
    EXPECT_EQ(e.is_disk_full(), fault.error == ENOSPC || fault.error == EDQUOT) << e.what();
  }
  expect_nothing_lost(trial, fault, failed);
}

// Calls of each kind in a save that meets nothing.
int64_t calls_of_a_save(Call call) {
  Trial trial;
  trial.save(kNew);
  return trial.faulty->calls(call);
}

class DiskErrors : public testing::TestWithParam<Call> {};

TEST_P(DiskErrors, LoseNothingWhereverTheyStrike) {
  const Call call = GetParam();
  FaultTally tally("4", fmt::format("errors of {} while saving", name_of(call)));
  const int64_t count = calls_of_a_save(call);
  EXPECT_GT(count, 0);
  for (int64_t n = 1; n <= count; ++n) {
    for (const int error : {ENOSPC, EIO, EDQUOT, EROFS, EMFILE, EINTR}) {
      meet({.call = call, .nth = n, .error = error});
      tally.count();
      meet({.call = call, .nth = n, .and_all_later = error != EINTR, .error = error});
      tally.count();
    }
    if (call != Call::kOpen) meet({.call = call, .nth = n, .error = EIO, .does_its_work = true});
    meet({.call = call, .nth = n, .is_short = true});
    tally.count(call != Call::kOpen ? 2 : 1);
  }
}

// All but the lock, which the run takes before (RunLock).
std::vector<Call> kinds_of_calls_in_a_save() {
  std::vector<Call> calls(kAllCalls.begin(), kAllCalls.end());
  std::erase(calls, Call::kLock);
  return calls;
}

INSTANTIATE_TEST_SUITE_P(EachCall, DiskErrors, testing::ValuesIn(kinds_of_calls_in_a_save()),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(DiskError, BytesThatArriveWrongAreNoticedBeforeAnOlderCheckpointGoes) {
  FaultTally tally("4", "writes of a save that store a wrong byte and report success");
  const int64_t writes = calls_of_a_save(Call::kWrite);
  for (int64_t n = 1; n <= writes; ++n) {
    Trial trial;
    trial.faulty->inject({.call = Call::kWrite, .nth = n, .flips = true});
    EXPECT_THROW(trial.save(kNew), SaveError) << n;
    EXPECT_EQ(newest_sample_step(*trial.disk, kDirectory), kBefore) << n;
    EXPECT_NO_THROW(verify_checkpoint(*trial.disk, checkpoint_path(kDirectory, kBefore - 1))) << n;
    trial.save(kNew);
    EXPECT_EQ(newest_sample_step(*trial.disk, kDirectory), kNew) << n;
    tally.count();
  }
  EXPECT_GT(writes, 0);
}

TEST(DiskError, InterruptedAndShortTransfersAreGoneOnWith) {
  for (const Call call : {Call::kWrite, Call::kPread, Call::kOpen}) {
    Trial trial;
    for (int64_t n = 1; n < 60; n += 2) trial.faulty->inject({.call = call, .nth = n, .error = EINTR});
    for (int64_t n = 2; n < 60; n += 2) trial.faulty->inject({.call = call, .nth = n, .is_short = true});
    EXPECT_NO_THROW(trial.save(kNew)) << name_of(call);
    EXPECT_EQ(newest_sample_step(*trial.disk, kDirectory), kNew);
  }
}

// After a failed fsync the kernel may have dropped the bytes, and the next fsync succeeds: nothing of that attempt may
// be used. The file system here behaves so.
TEST(DiskError, AFailedFlushIsNotRepeatedButTheWholeIsWrittenAgain) {
  Trial trial;
  const int64_t flushes = calls_of_a_save(Call::kFsync);
  trial.faulty->inject({.call = Call::kFsync, .nth = flushes, .error = EIO});
  EXPECT_THROW(trial.save(kNew), SaveError);
  trial.faulty->reset();
  trial.save(kNew);
  EXPECT_EQ(trial.faulty->calls(Call::kFsync), flushes) << "the directory that could not be flushed was trusted";
}

TEST(DiskError, AFullDiskIsNoticedBeforeAByteIsWritten) {
  Trial trial;
  uint64_t free = 0;
  trial.disk->free_space("/", &free);
  trial.disk->set_capacity((1ULL << 40) - free + 9000);  // less than 1.5 checkpoints
  try {
    trial.save(kNew);
    FAIL();
  } catch (const SaveError& e) {
    EXPECT_TRUE(e.is_disk_full());
    EXPECT_THAT(e.what(), HasSubstr("wanted"));
    EXPECT_THAT(e.what(), HasSubstr("free"));
  }
  EXPECT_EQ(trial.faulty->calls(Call::kWrite), 0);
}

TEST(DiskError, ADiskThatFillsUpWhileSavingCostsOnlyThatCheckpoint) {
  Trial trial;
  uint64_t free = 0;
  trial.disk->free_space("/", &free);
  const uint64_t used = (1ULL << 40) - free;
  const auto before = checkpoint_steps(*trial.disk, kDirectory);
  for (uint64_t room = 0; room < 9000; room += 700) {
    CheckpointStore fresh(*trial.disk, kDirectory);  // knows no size yet, so it tries
    trial.disk->set_capacity(used + room);
    EXPECT_THROW(fresh.save(kNew, sample_files(kNew)), SaveError) << room;
    EXPECT_EQ(checkpoint_steps(*trial.disk, kDirectory), before);
    EXPECT_EQ(newest_sample_step(*trial.disk, kDirectory), kBefore);
    EXPECT_FALSE(trial.has_temporaries());
  }
  trial.disk->set_capacity(1ULL << 40);
  EXPECT_NO_THROW(trial.save(kNew));
}

TEST(DiskError, ReadingErrorsNeverGiveAWrongCheckpoint) {
  for (const Call call : {Call::kOpen, Call::kPread, Call::kStat, Call::kList, Call::kClose}) {
    for (const int error : {EIO, EMFILE, EACCES, ENOENT, EINTR}) {
      for (int64_t n = 1; n <= 12; ++n) {
        Trial trial;
        trial.faulty->inject({.call = call, .nth = n, .error = error});
        try {
          const auto scan = scan_checkpoints(*trial.faulty, kDirectory);
          if (!scan.latest) continue;
          EXPECT_TRUE(has_sample_content(*trial.disk, *scan.latest));
          // Falling back to an older one is for damage only: a limit or a permission says nothing of the content.
          const bool says_nothing = error == EMFILE || error == EACCES;
          EXPECT_TRUE(!says_nothing || scan.latest->step() == kBefore);
        } catch (const Error& e) {
          EXPECT_EQ(e.code(), ExitCode::kInputOutput) << e.what();
        }
      }
    }
  }
}

TEST(DiskError, ASlowDiskHoldsUpTheSaverAndNotTheTraining) {
  Trial trial;
  trial.faulty->inject({.call = Call::kFsync, .nth = 2, .delay = std::chrono::milliseconds(300)});
  AsyncSaver saver(*trial.store);
  const Stopwatch watch;
  saver.submit({kNew, sample_files(kNew), {}});
  EXPECT_FALSE(saver.poll());
  EXPECT_LT(watch.seconds(), 0.2);
  EXPECT_EQ(saver.wait()->step, kNew);
  EXPECT_GE(watch.seconds(), 0.3);
}

}  // namespace
}  // namespace itpn::test
