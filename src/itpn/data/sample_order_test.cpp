#include "itpn/data/sample_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "itpn/core/philox.h"

namespace itpn {
namespace {

TEST(SampleOrder, ShowsEverySampleOnceForAnySizeSeedAndEpoch) {
  RandomStream draws(1, Purpose::kTest, 0, 0);
  for (int trial = 0; trial < 10'000; ++trial) {
    const int64_t size = trial < 200 ? trial + 1 : draws.integer(1, 150);
    const SampleOrder order(size, draws.next_u64(), draws.next_u32());
    std::vector<int> seen(static_cast<size_t>(size));
    for (int64_t p = 0; p < size; ++p) ++seen.at(static_cast<size_t>(order.index_at(p)));
    ASSERT_EQ(std::count(seen.begin(), seen.end(), 1), size);
  }
}

TEST(SampleOrder, DiffersBetweenEpochsAndSeeds) {
  const SampleOrder a(1000, 5, 0), b(1000, 5, 1), c(1000, 6, 0);
  int same_b = 0, same_c = 0;
  for (int64_t p = 0; p < 1000; ++p) {
    same_b += a.index_at(p) == b.index_at(p);
    same_c += a.index_at(p) == c.index_at(p);
  }
  EXPECT_LT(same_b, 10);
  EXPECT_LT(same_c, 10);
}

TEST(SampleOrder, LooksRandom) {
  // Over many epochs, each sample comes equally often to each tenth of the epoch: chi-square with 90 degrees of freedom
  // stays below 150 except once in ten thousand cases.
  constexpr int64_t kSize = 10, kEpochs = 20'000;
  std::vector<double> counts(kSize * kSize);
  for (int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    const SampleOrder order(kSize, 3, static_cast<uint64_t>(epoch));
    for (int64_t p = 0; p < kSize; ++p) ++counts[order.index_at(p) * kSize + p];
  }
  const double expected = static_cast<double>(kEpochs) / kSize;
  const double chi_square = std::accumulate(counts.begin(), counts.end(), 0.0, [&](double sum, double count) {
    return sum + (count - expected) * (count - expected) / expected;
  });
  EXPECT_LT(chi_square, 150.0);
}

TEST(SampleOrder, StaysFastForHugeSets) {
  const SampleOrder order((int64_t{1} << 50) + 1, 1, 0);
  for (int64_t p = 0; p < 1000; ++p) EXPECT_LE(order.index_at(p), int64_t{1} << 50);
}

TEST(SampleOrder, AReorderingChangesTheRestOfTheEpochAndShowsEachSampleOnce) {
  constexpr int64_t kSize = 200;
  const SampleOrder plain(kSize, 5, 3), once(kSize, 5, 3, true, {{3, 80, 1}}),
      twice(kSize, 5, 3, true, {{3, 80, 1}, {3, 120, 1}});
  std::vector<int> seen(kSize);
  int same = 0;
  for (int64_t p = 0; p < kSize; ++p) {
    if (p < 80) {
      EXPECT_EQ(once.index_at(p), plain.index_at(p));
    }
    if (p < 120) {
      EXPECT_EQ(twice.index_at(p), once.index_at(p));
    }
    same += p >= 80 && once.index_at(p) == plain.index_at(p);
    same += p >= 120 && twice.index_at(p) == once.index_at(p);
    ++seen.at(static_cast<size_t>(twice.index_at(p)));
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), kSize);
  EXPECT_LT(same, 12);
}

TEST(SampleOrder, TheNumberOfAReorderingPicksTheOrder) {
  const SampleOrder first(1000, 5, 3, true, {{3, 500, 1}}), second(1000, 5, 3, true, {{3, 500, 2}});
  int same = 0;
  for (int64_t p = 500; p < 1000; ++p) same += first.index_at(p) == second.index_at(p);
  EXPECT_LT(same, 10);
}

TEST(SampleOrder, AReorderingOfAnotherEpochChangesNothing) {
  const SampleOrder plain(1000, 5, 3), other(1000, 5, 3, true, {{2, 500, 1}, {4, 0, 1}});
  for (int64_t p = 0; p < 1000; ++p) EXPECT_EQ(other.index_at(p), plain.index_at(p));
}

TEST(SampleOrder, KeepsTheOrderIfNotShuffled) {
  const SampleOrder order(7, 1, 0, false);
  for (int64_t p = 0; p < 7; ++p) EXPECT_EQ(order.index_at(p), p);
}

}  // namespace
}  // namespace itpn
