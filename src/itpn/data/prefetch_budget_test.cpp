#include "itpn/data/prefetch_budget.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

TEST(PrefetchBudget, CountsSamplesAsLargeAsTheyAre) {
  PrefetchBudget budget(100);
  EXPECT_TRUE(budget.has_room_for(100));
  EXPECT_FALSE(budget.has_room_for(101));
  budget.begin_sample();
  budget.end_sample(30);
  EXPECT_TRUE(budget.has_room_for(40));  // and 30 for one more sample
  EXPECT_FALSE(budget.has_room_for(41));
  budget.release(30);
  EXPECT_TRUE(budget.has_room_for(70));
}

TEST(PrefetchBudget, ASampleInWorkCountsAsTheAverage) {
  PrefetchBudget budget(100);
  for (const int64_t bytes : {10, 30}) {
    budget.begin_sample();
    budget.end_sample(bytes);
  }
  budget.begin_sample();
  EXPECT_TRUE(budget.has_room_for(20));  // 40 are held, 20 in work, 20 for one more
  EXPECT_FALSE(budget.has_room_for(21));
}

TEST(PrefetchBudget, SamplesWhoseMemoryIsHeldFromTheStartCountOnce) {
  PrefetchBudget budget(100);
  budget.hold(100);
  budget.begin_sample();
  EXPECT_TRUE(budget.has_room_for(0));
  budget.end_sample(0);
  EXPECT_TRUE(budget.has_room_for(0));
  EXPECT_FALSE(budget.has_room_for(1));
}

}  // namespace
}  // namespace itpn
