#include "itpn/data/grouped_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace itpn {
namespace {

// Sample i is of group numbers[i].
struct Groups {
  std::vector<int32_t> numbers;
  std::shared_ptr<const SampleGroups> shared() const { return std::make_shared<SampleGroups>(numbers); }
  int64_t size_of(int32_t group) const { return std::count(numbers.begin(), numbers.end(), group); }
};

Groups drawn_groups(RandomStream& draws, int64_t samples, int64_t groups) {
  Groups result;
  for (int64_t i = 0; i < samples; ++i) result.numbers.push_back(static_cast<int32_t>(10 * draws.integer(1, groups)));
  return result;
}

std::vector<int64_t> shown_by(const EpochOrder& order, int64_t positions) {
  std::vector<int64_t> indices;
  for (int64_t p = 0; p < positions; ++p) indices.push_back(order.index_at(p));
  return indices;
}

// Whether each micro-batch is of one group, and each group shows its samples once and again, from the first on, until
// its last micro-batch is full.
void expect_sound(const GroupedOrder& order, const Groups& groups, int64_t batch_size) {
  std::map<int32_t, std::vector<int64_t>> shown;
  for (int64_t p = 0; p < order.positions(); ++p) {
    const int64_t index = order.index_at(p);
    const int32_t group = groups.numbers[static_cast<size_t>(index)];
    ASSERT_EQ(group, groups.numbers[static_cast<size_t>(order.index_at(p - p % batch_size))]) << "position " << p;
    shown[group].push_back(index);
  }
  for (const auto& [group, indices] : shown) {
    const int64_t size = groups.size_of(group);
    const auto distinct = static_cast<int64_t>(std::set<int64_t>(indices.begin(), indices.begin() + size).size());
    ASSERT_EQ(distinct, size);
    ASSERT_EQ(static_cast<int64_t>(indices.size()), (size + batch_size - 1) / batch_size * batch_size);
    for (size_t i = static_cast<size_t>(size); i < indices.size(); ++i) {
      ASSERT_EQ(indices[i], indices[i - static_cast<size_t>(size)]);
    }
  }
  ASSERT_EQ(shown.size(), std::set<int32_t>(groups.numbers.begin(), groups.numbers.end()).size());
}

TEST(GroupedOrder, EachMicroBatchIsOfOneGroupAndOnlyTheLastOfAGroupRepeats) {
  RandomStream draws(1, Purpose::kTest, 0, 0);
  for (int trial = 0; trial < 500; ++trial) {
    const Groups groups = drawn_groups(draws, draws.integer(1, 60), draws.integer(1, 4));
    const int64_t batch_size = draws.integer(1, 7);
    expect_sound(GroupedOrder(groups.shared(), batch_size, {draws.next_u64(), draws.next_u32()}), groups, batch_size);
  }
}

TEST(GroupedOrder, ItIsKnownByHandIfNotShuffled) {
  const Groups groups{{7, 3, 7, 3, 7}};
  const GroupedOrder order(groups.shared(), 2, {1, 0}, false);
  EXPECT_EQ(shown_by(order, order.positions()), (std::vector<int64_t>{1, 3, 0, 2, 4, 0}));
}

TEST(GroupedOrder, AGroupSmallerThanAMicroBatchFillsOne) {
  const Groups groups{{0, 0, 0, 0, 0, 0, 1, 1}};
  const GroupedOrder order(groups.shared(), 6, {1, 0}, false);
  EXPECT_EQ(shown_by(order, order.positions()), (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 6, 7, 6, 7}));
}

TEST(GroupedOrder, ASetOfOneGroupHasTheOrderOfASetWithoutGroups) {
  const Groups groups{std::vector<int32_t>(103, 5)};
  const std::vector<Reordering> reorderings{{3, 40, 1}, {3, 60, 2}};
  const GroupedOrder grouped(groups.shared(), 4, {9, 3}, true, reorderings);
  const SampleOrder plain(103, 9, 3, true, reorderings);
  EXPECT_EQ(shown_by(grouped, 103), shown_by(plain, 103));
  RandomStream a(1, Purpose::kSubstitute, 0, 0), b = a;
  EXPECT_EQ(grouped.substitute_at(50, a), plain.substitute_at(50, b));
}

TEST(GroupedOrder, GroupsTakeTurnsInAnotherOrderInEachEpoch) {
  RandomStream draws(2, Purpose::kTest, 0, 0);
  const Groups groups = drawn_groups(draws, 400, 2);
  const GroupedOrder first(groups.shared(), 4, {5, 0}), second(groups.shared(), 4, {5, 1});
  const auto changes_of = [&](const GroupedOrder& order) {
    int changes = 0;
    for (int64_t p = 4; p < 400; p += 4) {
      changes += groups.numbers[order.index_at(p)] != groups.numbers[order.index_at(p - 4)];
    }
    return changes;
  };
  EXPECT_NEAR(changes_of(first), 50, 25);  // five standard deviations of 99 coins
  EXPECT_NEAR(changes_of(second), 50, 25);
  int same = 0;
  for (int64_t p = 0; p < 400; ++p) same += first.index_at(p) == second.index_at(p);
  EXPECT_LT(same, 20);
}

TEST(GroupedOrder, AReorderingMixesGroupsAndSamplesThatAreLeftAndKeepsWhatWasShown) {
  RandomStream draws(3, Purpose::kTest, 0, 0);
  constexpr int64_t kBatch = 4, kFirst = 96, kSecond = 200;
  const Groups groups = drawn_groups(draws, 399, 3);
  const GroupedOrder plain(groups.shared(), kBatch, {5, 3});
  const GroupedOrder once(groups.shared(), kBatch, {5, 3}, true, {{3, kFirst, 1}, {2, 0, 1}});
  const GroupedOrder twice(groups.shared(), kBatch, {5, 3}, true, {{3, kFirst, 1}, {3, kSecond, 1}});
  expect_sound(once, groups, kBatch);
  expect_sound(twice, groups, kBatch);
  EXPECT_EQ(shown_by(once, kFirst), shown_by(plain, kFirst));
  EXPECT_EQ(shown_by(twice, kSecond), shown_by(once, kSecond));
  // Which samples come together is another choice too, not only when.
  std::set<std::set<int64_t>> together;
  const auto batch_at = [&](const GroupedOrder& order, int64_t from) {
    std::set<int64_t> batch;
    for (int64_t p = from; p < from + kBatch; ++p) batch.insert(order.index_at(p));
    return batch;
  };
  for (int64_t p = kFirst; p < plain.positions(); p += kBatch) together.insert(batch_at(plain, p));
  int kept = 0;
  for (int64_t p = kFirst; p < once.positions(); p += kBatch) kept += together.count(batch_at(once, p)) > 0;
  EXPECT_LT(kept, 5);
}

TEST(GroupedOrder, AReorderingWithinAMicroBatchBeginsBehindIt) {
  const Groups groups{std::vector<int32_t>(64, 0)};
  const GroupedOrder within(groups.shared(), 8, {5, 0}, true, {{0, 17, 1}}),
      behind(groups.shared(), 8, {5, 0}, true, {{0, 24, 1}});
  EXPECT_EQ(shown_by(within, 64), shown_by(behind, 64));
}

TEST(GroupedOrder, SubstitutesAreOfTheSameGroup) {
  RandomStream draws(4, Purpose::kTest, 0, 0);
  const Groups groups = drawn_groups(draws, 50, 3);
  const GroupedOrder order(groups.shared(), 4, {5, 0});
  std::set<int64_t> seen;
  for (int64_t i = 0; i < 2000; ++i) {
    const int64_t position = i % order.positions(), other = order.substitute_at(position, draws);
    ASSERT_EQ(groups.numbers[other], groups.numbers[order.index_at(position)]);
    seen.insert(other);
  }
  EXPECT_EQ(seen.size(), 50U);
}

TEST(GroupedOrder, RefusesPositionsOutsideOfTheEpochAndNoSamples) {
  const Groups groups{{0, 0, 0}};
  const GroupedOrder order(groups.shared(), 2, {1, 0});
  EXPECT_THROW(order.index_at(4), std::invalid_argument);
  EXPECT_THROW(order.index_at(-1), std::invalid_argument);
  EXPECT_THROW(GroupedOrder(Groups{}.shared(), 2, {1, 0}), std::invalid_argument);
  EXPECT_THROW(GroupedOrder(groups.shared(), 0, {1, 0}), std::invalid_argument);
}

}  // namespace
}  // namespace itpn
