#include "itpn/data/loader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "itpn/core/philox.h"
#include "itpn/core/sha256.h"
#include "itpn/data/datasets/synthetic_dataset.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

// A synthetic set of which some samples are bad: every index of `bad` throws.
class DamagedDataset : public SyntheticDataset {
 public:
  DamagedDataset(const SyntheticOptions& options, std::vector<int64_t> bad)
      : SyntheticDataset(options), bad_(std::move(bad)) {}
  void read(int64_t index, StoredPicture& into) const override {
    if (std::find(bad_.begin(), bad_.end(), index) != bad_.end()) throw SampleError("missing", "it is gone");
    SyntheticDataset::read(index, into);
  }

 private:
  std::vector<int64_t> bad_;
};

// Pictures of one grey pixel.
class CountedDataset : public Dataset {
 public:
  explicit CountedDataset(int64_t size) : size_(size) {}
  int64_t size() const override { return size_; }
  void read(int64_t, StoredPicture& into) const override {
    into.bytes.clear();
    into.image = Image(1, 1, 3);
  }
  int64_t label(int64_t) const override { return -1; }
  std::string name(int64_t index) const override { return std::to_string(index); }
  uint64_t stored_bytes(int64_t) const override { return 0; }

 private:
  int64_t size_;
};

std::shared_ptr<const Dataset> small_set(std::vector<int64_t> bad = {}) {
  return std::make_shared<DamagedDataset>(
      SyntheticOptions{.count = 50, .width = 24, .height = 20, .max_objects = 2, .seed = 1}, std::move(bad));
}

std::shared_ptr<const PictureTransform> small_crop() {
  return std::make_shared<TrainTransform>(PictureFormat{16}, CropRange{}, 0.5);
}

LoaderConfig training_config(int64_t threads) {
  LoaderConfig config;
  config.batch_size = 4;
  config.global_batch_size = 8;
  config.seed = 7;
  config.threads = threads;
  config.bad.max_fraction = 0.5;
  return config;
}

std::string hash_of(Loader& loader, int batches) {
  Sha256 hash;
  for (int i = 0; i < batches; ++i) {
    const HostBatch batch = *loader.next();
    hash.update(std::as_bytes(std::span(batch.pixels)));
    hash.update(std::as_bytes(std::span(batch.labels)));
    hash.update(std::as_bytes(std::span(batch.positions)));
  }
  return hash.hex();
}

TEST(Loader, BatchesDoNotDependOnThreadsOrPrefetching) {
  const auto dataset = small_set({3, 11});
  Loader reference(dataset, small_crop(), training_config(0));
  const std::string expected = hash_of(reference, 30);  // more than two epochs
  for (const int64_t threads : {1, 2, 4, 8}) {
    for (const int64_t bytes : {1, 10'000, 1 << 20}) {
      LoaderConfig config = training_config(threads);
      config.prefetch_bytes = bytes;
      Loader loader(dataset, small_crop(), config);
      EXPECT_EQ(hash_of(loader, 30), expected) << threads << " threads, " << bytes << " bytes";
      EXPECT_EQ(loader.bad_samples().total(), 2);
    }
  }
}

TEST(Loader, GoesOnAtAnyPositionAsIfItHadNeverStopped) {
  for (const int stop : {1, 5, 11, 12, 13, 20}) {
    Loader whole(small_set(), small_crop(), training_config(2));
    hash_of(whole, stop);
    Loader resumed(small_set(), small_crop(), training_config(1), whole.position());
    EXPECT_EQ(hash_of(resumed, 10), hash_of(whole, 10)) << stop;
  }
}

TEST(Loader, AnEpochShowsEachPositionOnceAndEveryEpochAnotherOrder) {
  Loader loader(small_set(), small_crop(), training_config(2));
  EXPECT_EQ(loader.batches_per_epoch(), 12);
  std::vector<uint64_t> seen;
  for (int i = 0; i < 12; ++i) {
    const auto batch = loader.next();
    EXPECT_EQ(batch->epoch, 0U);
    seen.insert(seen.end(), batch->positions.begin(), batch->positions.end());
  }
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i);
  EXPECT_EQ(seen.size(), 48U);
  const auto next = loader.next();
  EXPECT_EQ(next->epoch, 1U);
  EXPECT_EQ(next->positions[0], 0U);
}

TEST(Loader, ProcessesShareTheBatchesOfOneOrder) {
  Loader alone(small_set(), small_crop(), training_config(0));
  std::vector<std::unique_ptr<Loader>> shared;
  for (int64_t rank = 0; rank < 2; ++rank) {
    LoaderConfig config = training_config(1);
    config.rank = rank;
    config.world_size = 2;
    shared.push_back(std::make_unique<Loader>(small_set(), small_crop(), config));
    EXPECT_EQ(shared.back()->batches_per_epoch(), 6);
  }
  for (size_t i = 0; i < 26; ++i) {  // more than two epochs
    const auto expected = alone.next(), batch = shared[i % 2]->next();
    EXPECT_EQ(batch->epoch, expected->epoch);
    EXPECT_EQ(batch->positions, expected->positions);
    EXPECT_EQ(batch->pixels, expected->pixels);
  }
}

// 10,000 drawn numbers of pictures, processes and batch sizes, in training and in evaluation, changed in the middle as
// when a run is resumed with another number of processes.
TEST(Loader, ShowsEachPositionOnceHoweverManyProcessesThereAre) {
  RandomStream draws(1, Purpose::kTest, 0, 0);
  for (int trial = 0; trial < 10'000; ++trial) {
    const int64_t batch = draws.integer(1, 3), first = draws.integer(1, 4), later = draws.integer(1, 4);
    const bool is_training = trial % 2 == 0;
    const int64_t global = batch * first * later * draws.integer(1, 2);
    const int64_t pictures =
        is_training ? global * draws.integer(1, 3) + draws.integer(0, global - 1) : draws.integer(1, 60);
    const int64_t steps = pictures / global;
    std::vector<int> seen(static_cast<size_t>(is_training ? steps * global : pictures));
    const auto count = [&](int64_t world, int64_t from, int64_t batches) {
      for (int64_t rank = 0; rank < world; ++rank) {
        LoaderConfig config;
        config.batch_size = batch;
        config.global_batch_size = is_training ? global : 0;
        config.rank = rank;
        config.world_size = world;
        Loader loader(std::make_shared<CountedDataset>(pictures),
                      std::make_shared<TrainTransform>(PictureFormat{1}, CropRange{}, 0.5), config, {0, from});
        for (int64_t i = 0; i != batches; ++i) {
          const auto part = loader.next();
          if (!part) break;
          for (const uint64_t position : part->positions) ++seen.at(position);
        }
      }
    };
    if (is_training) {
      const int64_t cut = draws.integer(0, steps);
      count(first, 0, cut * global / (batch * first));
      count(later, cut * global, (steps - cut) * global / (batch * later));
    } else {
      count(first, 0, -1);
    }
    ASSERT_EQ(std::count(seen.begin(), seen.end(), 1), static_cast<int64_t>(seen.size())) << "trial " << trial;
  }
}

TEST(Loader, ASinglePassEndsWithASmallerBatch) {
  for (const int64_t threads : {0, 3}) {
    LoaderConfig config = training_config(threads);
    config.global_batch_size = 0;
    config.is_shuffled = false;
    config.batch_size = 16;
    Loader loader(small_set(), std::make_shared<EvalTransform>(PictureFormat{16}, 0.875), config);
    std::vector<int64_t> counts;
    while (const auto batch = loader.next()) counts.push_back(batch->count);
    EXPECT_EQ(counts, (std::vector<int64_t>{16, 16, 16, 2}));
    EXPECT_FALSE(loader.next().has_value());
  }
}

TEST(Loader, TooManyBadSamplesEndTheRunWithTheirCounts) {
  LoaderConfig config = training_config(2);
  config.bad.max_fraction = 0.04;  // 2 of 50
  Loader loader(small_set({1, 2, 3}), small_crop(), config);
  const std::string message = test::error_of(ExitCode::kData, [&] {
    for (int i = 0; i < 36; ++i) loader.next();
  });
  EXPECT_NE(message.find("3 missing"), std::string::npos) << message;
}

TEST(Loader, ListsEachBadSampleOnceAlsoAfterAResume) {
  const test::TemporaryDirectory directory;
  LoaderConfig config = training_config(2);
  config.bad.list_path = directory.file("bad.tsv");
  for (int run = 0; run < 2; ++run) {
    Loader loader(small_set({1, 2}), small_crop(), config);
    hash_of(loader, 36);
    EXPECT_EQ(loader.bad_samples().counts().at("missing"), 2);
  }
  const std::string list = read_text_file(posix_fs(), config.bad.list_path);
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 2) << list;
}

TEST(Loader, RefusesADatasetSmallerThanOneGlobalBatch) {
  LoaderConfig config = training_config(0);
  config.global_batch_size = 64;
  EXPECT_THROW(Loader(small_set(), small_crop(), config), Error);
}

}  // namespace
}  // namespace itpn
