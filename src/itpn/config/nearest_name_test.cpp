#include "itpn/config/nearest_name.h"

#include <gtest/gtest.h>

#include <vector>

namespace itpn {
namespace {

const std::vector<std::string> kNames = {"optim.weight_decay", "optim.lr", "optim.blr", "mask.ratio", "train.epochs"};

TEST(EditDistance, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("ratio", "ratio"), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("raito", "ratio"), 1);
}

TEST(NearestName, FindsMisspellingsAndOtherTables) {
  EXPECT_EQ(nearest_name("optim.weight_decy", kNames), "optim.weight_decay");
  EXPECT_EQ(nearest_name("mask.raito", kNames), "mask.ratio");
  EXPECT_EQ(nearest_name("epochs", kNames), "train.epochs");
  EXPECT_EQ(nearest_name("lr", kNames), "optim.lr");
  EXPECT_EQ(nearest_name("optim.epochs", kNames), "train.epochs");
}

TEST(NearestName, SuggestsNothingForAStranger) {
  EXPECT_EQ(nearest_name("colour", kNames), "");
  EXPECT_EQ(nearest_name("", kNames), "");
  EXPECT_EQ(nearest_name(std::string(100000, 'a'), kNames), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace itpn
