#include "itpn/eval/confusion_matrix.h"

#include <gtest/gtest.h>

#include <cmath>

namespace itpn {
namespace {

TEST(ConfusionMatrix, CountsByTrueAndPredictedClass) {
  ConfusionMatrix matrix(3);
  matrix.add(0, 0);
  matrix.add(0, 2);
  matrix.add(0, 2);
  matrix.add(2, 2);
  EXPECT_EQ(matrix.count(0, 2), 2);
  EXPECT_EQ(matrix.count(2, 0), 0);
  EXPECT_EQ(matrix.total(), 4);
  EXPECT_DOUBLE_EQ(matrix.accuracy_of(0), 100.0 / 3.0);
  EXPECT_DOUBLE_EQ(matrix.accuracy_of(2), 100.0);
  EXPECT_TRUE(std::isnan(matrix.accuracy_of(1)));
}

TEST(ConfusionMatrix, MergesAsIfOneHadCountedAll) {
  ConfusionMatrix first(2), second(2);
  first.add(0, 1);
  second.add(0, 1);
  second.add(1, 1);
  first.merge(second);
  EXPECT_EQ(first.count(0, 1), 2);
  EXPECT_EQ(first.total(), 3);
  first.reset();
  EXPECT_EQ(first.total(), 0);
}

TEST(ConfusionMatrix, RefusesClassesThatDoNotExist) {
  ConfusionMatrix matrix(2);
  EXPECT_THROW(matrix.add(2, 0), std::out_of_range);
  EXPECT_THROW(matrix.add(0, -1), std::out_of_range);
}

TEST(ConfusionMatrix, WritesATableWithNames) {
  ConfusionMatrix matrix(2);
  matrix.add(1, 0);
  EXPECT_EQ(to_csv(matrix, {"cat", "dog, \"big\""}),
            "true \\ predicted,cat,\"dog, \"\"big\"\"\"\ncat,0,0\n\"dog, \"\"big\"\"\",1,0\n");
}

}  // namespace
}  // namespace itpn
