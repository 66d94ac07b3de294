#include "itpn/core/philox.h"

#include <gtest/gtest.h>

#include <set>

namespace itpn {
namespace {

// Known answers of the authors' Random123 test vectors (philox4x32, 10 rounds).
TEST(Philox, MatchesPublishedTestVectors) {
  const std::array<uint32_t, 4> zeros = {0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U};
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), zeros);
  const std::array<uint32_t, 4> ones = {0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU};
  EXPECT_EQ(philox4x32({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}), ones);
}

TEST(RandomStream, IsAFunctionOfItsFourArguments) {
  RandomStream a(7, Purpose::kMask, 3, 11), b(7, Purpose::kMask, 3, 11);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(a.next_u32(), b.next_u32());
  std::set<uint64_t> firsts;
  firsts.insert(RandomStream(7, Purpose::kMask, 3, 11).next_u64());
  firsts.insert(RandomStream(8, Purpose::kMask, 3, 11).next_u64());
  firsts.insert(RandomStream(7, Purpose::kMixup, 3, 11).next_u64());
  firsts.insert(RandomStream(7, Purpose::kMask, 4, 11).next_u64());
  firsts.insert(RandomStream(7, Purpose::kMask, 3, 12).next_u64());
  EXPECT_EQ(firsts.size(), 5U);
}

TEST(RandomStream, IntegersCoverBothEndsEvenly) {
  std::array<int, 6> counts{};
  for (uint64_t i = 0; i < 6000; ++i) {
    const int64_t value = RandomStream(1, Purpose::kTest, 0, i).integer(-2, 3);
    ASSERT_GE(value, -2);
    ASSERT_LE(value, 3);
    ++counts[static_cast<size_t>(value + 2)];
  }
  for (int count : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(RandomStream, NormalHasTheAskedMoments) {
  RandomStream stream(1, Purpose::kTest, 0, 0);
  double sum = 0, squares = 0;
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    const double x = stream.normal(2.0, 0.5);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / n;
  EXPECT_NEAR(mean, 2.0, 0.02);
  EXPECT_NEAR(squares / n - mean * mean, 0.25, 0.01);
}

}  // namespace
}  // namespace itpn
