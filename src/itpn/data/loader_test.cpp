#include "itpn/data/loader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "itpn/core/sha256.h"
#include "itpn/data/datasets/synthetic_dataset.h"
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

std::shared_ptr<const Dataset> small_set(std::vector<int64_t> bad = {}) {
  return std::make_shared<DamagedDataset>(
      SyntheticOptions{.count = 50, .width = 24, .height = 20, .max_objects = 2, .seed = 1}, std::move(bad));
}

std::shared_ptr<const PictureTransform> small_crop() {
  return std::make_shared<TrainTransform>(16, 16, CropRange{}, 0.5);
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

TEST(Loader, ProcessesShareTheSamplesOfOneOrder) {
  LoaderConfig one = training_config(0);
  one.batch_size = 8;
  Loader alone(small_set(), small_crop(), one);
  const auto expected = alone.next();
  const size_t bytes = 16 * 16 * 3;
  for (int64_t rank = 0; rank < 2; ++rank) {
    LoaderConfig config = training_config(1);
    config.rank = rank;
    config.world_size = 2;
    Loader loader(small_set(), small_crop(), config);
    const auto part = loader.next();
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(part->positions[i], 2 * i + rank);
      EXPECT_TRUE(std::equal(part->pixels.begin() + i * bytes, part->pixels.begin() + (i + 1) * bytes,
                             expected->pixels.begin() + (2 * i + rank) * bytes));
    }
  }
}

TEST(Loader, ASinglePassEndsWithASmallerBatch) {
  for (const int64_t threads : {0, 3}) {
    LoaderConfig config = training_config(threads);
    config.global_batch_size = 0;
    config.is_shuffled = false;
    config.batch_size = 16;
    Loader loader(small_set(), std::make_shared<EvalTransform>(16, 16, 0.875), config);
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
  try {
    for (int i = 0; i < 36; ++i) loader.next();
    FAIL() << "three bad samples passed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kData);
    EXPECT_NE(std::string(error.what()).find("3 missing"), std::string::npos) << error.what();
  }
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
