// The seam between the scheduler and what a batch is made of, with an assembler that is no picture's: samples of
// different sizes, each a list of values, in groups.
#include "itpn/data/batch_loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>

#include "itpn/core/log.h"
#include "itpn/data/datasets/sample_error.h"

namespace itpn {
namespace {

constexpr int64_t kSamples = 101;
const std::set<int64_t> kBad = {3, 8, 40, 41, 77};

// Every third sample is of group 1.
int32_t group_of(int64_t index) { return index % 3 == 0 ? 1 : 0; }

class ListSet : public SampleSet {
 public:
  int64_t size() const override { return kSamples; }
  std::string name(int64_t index) const override { return "list " + std::to_string(index); }
};

struct ListBatch : BatchHead {
  std::vector<std::vector<int64_t>> lists;
};

struct ListWorker {
  StageSeconds seconds;
};

// A list starts with its sample's index; how many draws follow is drawn.
class ListAssembler {
 public:
  using Batch = ListBatch;
  using Draft = ListBatch;
  using Worker = ListWorker;
  static constexpr int64_t kMostBytes = 41 * 8;

  explicit ListAssembler(std::set<int64_t> bad = {}) : bad_(std::move(bad)) {}
  const SampleSet& samples() const { return set_; }
  int64_t open_bytes(int64_t) const { return 0; }
  ListBatch open(const BatchSpan& span, ListBatch&& spare) const {
    spare.lists.resize(static_cast<size_t>(span.count));
    return std::move(spare);
  }
  int64_t make(ListBatch& batch, SampleRequest& sample, ListWorker& worker) const {
    std::vector<int64_t>& list = batch.lists[static_cast<size_t>(sample.place)];
    list = {sample.index};
    const int64_t draws = sample.draws.integer(0, 40);
    for (int64_t i = 0; i < draws; ++i) list.push_back(sample.draws.integer(0, 999));
    if (bad_.count(sample.index) > 0) throw SampleError("missing", "it is gone");
    worker.seconds.read += 1.0;
    const auto bytes = static_cast<int64_t>(list.size() * sizeof(int64_t));
    if (made_bytes) *made_bytes += bytes;
    return bytes;
  }
  ListBatch close(ListBatch&& batch) const {
    if (fails_to_close) throw std::runtime_error("it does not close");
    return std::move(batch);
  }

  std::shared_ptr<std::atomic<int64_t>> made_bytes;
  bool fails_to_close = false;

 private:
  ListSet set_;
  std::set<int64_t> bad_;
};

using ListLoader = BatchLoader<ListAssembler>;

LoaderConfig grouped_config(int64_t threads, int64_t prefetch_bytes = 1 << 20) {
  LoaderConfig config;
  config.batch_size = 2;
  config.global_batch_size = 12;
  config.seed = 7;
  config.threads = threads;
  config.prefetch_bytes = prefetch_bytes;
  config.bad.max_fraction = 0.5;
  std::vector<int32_t> groups;
  for (int64_t i = 0; i < kSamples; ++i) groups.push_back(group_of(i));
  config.groups = std::make_shared<SampleGroups>(groups);
  return config;
}

// What a consumer can tell of batches.
struct Shown {
  std::vector<uint64_t> epochs, positions;
  std::vector<int64_t> indices, replaced;
  std::vector<std::vector<int64_t>> lists;
  bool operator==(const Shown&) const = default;

  void add(const ListBatch& batch) {
    epochs.push_back(batch.epoch);
    positions.insert(positions.end(), batch.positions.begin(), batch.positions.end());
    indices.insert(indices.end(), batch.indices.begin(), batch.indices.end());
    replaced.push_back(-1);
    replaced.insert(replaced.end(), batch.replaced.begin(), batch.replaced.end());
    lists.insert(lists.end(), batch.lists.begin(), batch.lists.end());
  }
};

Shown take(ListLoader& loader, int batches) {
  Shown shown;
  for (int i = 0; i < batches; ++i) {
    ListBatch batch = *loader.next();
    shown.add(batch);
    if (i % 3 == 0) loader.recycle(std::move(batch));
  }
  return shown;
}

class GroupedBatches : public testing::Test {
 protected:
  GroupedBatches() { log::set_level(log::Level::kError); }  // each bad sample is a warning
  ~GroupedBatches() override { log::set_level(log::Level::kInfo); }
  static constexpr int kBatches = 110;  // more than two epochs of 48
};

TEST_F(GroupedBatches, DoNotDependOnThreadsOrPrefetching) {
  ListLoader reference(ListAssembler(kBad), grouped_config(0));
  const Shown expected = take(reference, kBatches);
  for (const int64_t threads : {0, 1, 2, 3, 4}) {
    for (const int64_t bytes : {1, 400, 3000, 1 << 20}) {
      ListLoader loader(ListAssembler(kBad), grouped_config(threads, bytes));
      EXPECT_EQ(take(loader, kBatches), expected) << threads << " threads, " << bytes << " bytes";
      EXPECT_EQ(loader.bad_samples().counts(), reference.bad_samples().counts());
      EXPECT_EQ(loader.bad_samples().replaced(), reference.bad_samples().replaced());
    }
  }
}

TEST_F(GroupedBatches, AreOfOneGroupEachAlsoWhereABadSampleWasReplaced) {
  ListLoader loader(ListAssembler(kBad), grouped_config(3));
  std::set<int32_t> groups;
  int64_t replaced = 0;
  for (int i = 0; i < kBatches; ++i) {
    const ListBatch batch = *loader.next();
    for (size_t place = 0; place < 2; ++place) {
      EXPECT_EQ(group_of(batch.indices[place]), group_of(batch.indices[0]));
      EXPECT_EQ(batch.lists[place].at(0), batch.indices[place]);
      EXPECT_EQ(kBad.count(batch.indices[place]), 0U);
    }
    groups.insert(group_of(batch.indices[0]));
    replaced += static_cast<int64_t>(batch.replaced.size());
  }
  EXPECT_EQ(groups.size(), 2U);
  EXPECT_EQ(loader.bad_samples().total(), 5);
  EXPECT_GE(replaced, 8);  // in each of two epochs, the five but for those that the cut leaves out
  EXPECT_GE(loader.bad_samples().replaced(), replaced);
}

TEST_F(GroupedBatches, ASubstituteTakesTheDrawsOfItsPlace) {
  ListLoader sound(ListAssembler(), grouped_config(0)), damaged(ListAssembler(kBad), grouped_config(2));
  Shown expected = take(sound, kBatches), shown = take(damaged, kBatches);
  EXPECT_NE(shown.lists, expected.lists);
  for (auto* lists : {&expected.lists, &shown.lists}) {
    for (auto& list : *lists) list[0] = 0;
  }
  EXPECT_EQ(shown.lists, expected.lists);
}

TEST_F(GroupedBatches, ProcessesShareTheBatchesOfOneOrder) {
  for (const int64_t world : {1, 2, 3}) {
    ListLoader alone(ListAssembler(kBad), grouped_config(0));
    std::vector<std::unique_ptr<ListLoader>> shared;
    for (int64_t rank = 0; rank < world; ++rank) {
      LoaderConfig config = grouped_config(rank);
      config.rank = rank;
      config.world_size = world;
      shared.push_back(std::make_unique<ListLoader>(ListAssembler(kBad), config));
      EXPECT_EQ(shared.back()->batches_per_epoch(), 48 / world);
    }
    for (int i = 0; i < kBatches; ++i) {
      EXPECT_EQ(take(*shared[static_cast<size_t>(i % world)], 1), take(alone, 1)) << world << ", " << i;
    }
  }
}

TEST_F(GroupedBatches, GoOnAtAnyPositionAsIfTheyHadNeverStopped) {
  ListLoader whole(ListAssembler(kBad), grouped_config(0));
  for (int64_t stop = 1; stop < kBatches / 2; ++stop) {
    take(whole, 1);
    ListLoader ahead(ListAssembler(kBad), grouped_config(0), whole.position());
    ListLoader resumed(ListAssembler(kBad), grouped_config(stop % 5, 400), whole.position());
    EXPECT_EQ(take(resumed, 50), take(ahead, 50)) << stop;
    EXPECT_EQ(resumed.bad_samples().replaced(), ahead.bad_samples().replaced());
  }
}

// Two processes stop after a step, three go on: nothing is shown twice or left out.
TEST_F(GroupedBatches, GoOnWithAnotherNumberOfProcesses) {
  ListLoader alone(ListAssembler(kBad), grouped_config(0));
  LoaderConfig second = grouped_config(2);
  second.rank = 1;
  second.world_size = 2;
  ListLoader stopped(ListAssembler(kBad), second);
  for (int step = 0; step < 5; ++step) take(stopped, 3);
  take(alone, 5 * 6);
  ASSERT_EQ(stopped.position(), alone.position());
  for (int64_t rank = 0; rank < 3; ++rank) {
    LoaderConfig third = grouped_config(1);
    third.rank = rank;
    third.world_size = 3;
    ListLoader resumed(ListAssembler(kBad), third, stopped.position());
    EXPECT_EQ(take(resumed, 1), take(alone, 1)) << rank;
  }
}

TEST_F(GroupedBatches, AReorderingReachesThem) {
  ListLoader plain(ListAssembler(), grouped_config(1));
  LoaderConfig config = grouped_config(2);
  config.reorderings = {{0, 24, 1}};
  ListLoader reordered(ListAssembler(), config);
  EXPECT_EQ(take(reordered, 12), take(plain, 12));
  EXPECT_NE(take(reordered, 12), take(plain, 12));
}

// The threads stop on their own before the consumer has taken anything, in the middle of a batch where it is large.
TEST(BatchLoader, HoldsAsMuchMemoryAsItMayAndNoMore) {
  constexpr int64_t kLimit = 6000, kThreads = 3;
  for (const int64_t batch_size : {2, 24}) {
    LoaderConfig config = grouped_config(kThreads, kLimit);
    config.batch_size = batch_size;
    config.global_batch_size = 48;
    ListAssembler assembler;
    const auto made = assembler.made_bytes = std::make_shared<std::atomic<int64_t>>(0);
    ListLoader loader(assembler, config);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (*made < kLimit - ListAssembler::kMostBytes && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_GE(*made, kLimit - ListAssembler::kMostBytes) << batch_size;
    EXPECT_LE(*made, kLimit + kThreads * ListAssembler::kMostBytes) << batch_size;
  }
}

TEST(BatchLoader, AFailureToCloseABatchReachesTheConsumer) {
  for (const int64_t threads : {0, 2}) {
    ListAssembler assembler;
    assembler.fails_to_close = true;
    ListLoader loader(assembler, grouped_config(threads));
    EXPECT_THROW(loader.next(), std::runtime_error) << threads;
  }
}

TEST(BatchLoader, AddsUpTheSecondsOfItsWorkers) {
  for (const int64_t threads : {0, 2}) {
    ListLoader loader(ListAssembler(), grouped_config(threads));
    take(loader, 10);
    EXPECT_GE(loader.stage_seconds().read, 20.0) << threads;  // each sample counts one
  }
}

TEST(BatchLoader, RefusesGroupsThatDoNotFit) {
  LoaderConfig single_pass = grouped_config(0);
  single_pass.global_batch_size = 0;
  EXPECT_THROW(ListLoader(ListAssembler(), single_pass), std::invalid_argument);
  EXPECT_THROW(ListLoader(ListAssembler(), grouped_config(0), {0, 1}), std::invalid_argument);
  LoaderConfig others = grouped_config(0);
  others.groups = std::make_shared<SampleGroups>(std::vector<int32_t>(kSamples - 1, 0));
  EXPECT_THROW(ListLoader(ListAssembler(), others), std::invalid_argument);
}

}  // namespace
}  // namespace itpn
