#include "itpn/data/batch_sequence.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

using Spans = std::vector<std::vector<int64_t>>;  // epoch, first, count

Spans spans_of(const BatchShare& share, int64_t samples, LoaderPosition at, int most) {
  const BatchSequence sequence(samples, share);
  Spans spans;
  while (static_cast<int>(spans.size()) < most) {
    const auto span = sequence.take(at);
    if (!span) break;
    spans.push_back({static_cast<int64_t>(span->epoch), span->first, span->count});
  }
  return spans;
}

TEST(BatchSequence, EpochsFollowEachOtherCutToWholeGlobalBatches) {
  EXPECT_EQ(spans_of({2, 4, 1, 2}, 11, {}, 5), (Spans{{0, 2, 2}, {0, 6, 2}, {1, 2, 2}, {1, 6, 2}, {2, 2, 2}}));
}

TEST(BatchSequence, ASinglePassShowsAllAndEndsWithASmallerBatch) {
  EXPECT_EQ(spans_of({4, 0, 0, 2}, 10, {}, 9), (Spans{{0, 0, 4}, {0, 8, 2}}));
  EXPECT_EQ(spans_of({4, 0, 1, 2}, 10, {}, 9), (Spans{{0, 4, 4}}));
}

TEST(BatchSequence, GoesOnWhereItIsTold) {
  EXPECT_EQ(spans_of({2, 4, 0, 1}, 11, {3, 6}, 2), (Spans{{3, 6, 2}, {4, 0, 2}}));
}

TEST(BatchSequence, RefusesSharesThatMakeNoSense) {
  EXPECT_THROW(BatchSequence(10, {0, 0, 0, 1}), std::invalid_argument);
  EXPECT_THROW(BatchSequence(10, {2, 4, 2, 2}), std::invalid_argument);
  EXPECT_THROW(BatchSequence(10, {2, 6, 0, 2}), Error);
  EXPECT_THROW(BatchSequence(3, {2, 4, 0, 2}), Error);
}

}  // namespace
}  // namespace itpn
