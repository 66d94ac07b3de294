#include "itpn/tasks/run/settle_batch.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

TEST(FittingBatch, IsTheUsualOneWhereAnEpochHasTwentySteps) {
  EXPECT_EQ(fitting_batch(1281167, 1024, 1), 1024);
  EXPECT_EQ(fitting_batch(20480, 1024, 8), 1024);
  EXPECT_EQ(fitting_batch(20479, 1024, 1), 512);
  EXPECT_EQ(fitting_batch(1000, 1024, 1), 32);
}

TEST(FittingBatch, IsNeverMoreThanThereAreAndNeverNothing) {
  EXPECT_EQ(fitting_batch(12, 1024, 1), 8);
  EXPECT_EQ(fitting_batch(7, 1024, 1), 4);
  EXPECT_EQ(fitting_batch(1, 1024, 1), 1);
  EXPECT_EQ(fitting_batch(0, 1024, 1), 1);
}

TEST(FittingBatch, IsSharedOutEvenly) {
  EXPECT_EQ(fitting_batch(1000, 1024, 2), 32);
  EXPECT_EQ(fitting_batch(1000, 1024, 3), 30);
  EXPECT_EQ(fitting_batch(12, 1024, 16), 16);
}

TEST(SettleBatch, LeavesWhatTheRecipeFixes) {
  TrainConfig train;
  train.global_batch_size = 48;
  train.micro_batch_size = 12;
  settle_batch({}, 1024, &train);
  EXPECT_EQ(train.global_batch_size, 48);
  EXPECT_EQ(train.micro_batch_size, 12);
}

TEST(SettleBatch, FollowsTheNumberOfPicturesAndKeepsTheForwardPassSmall) {
  DataConfig data;
  data.source = "synthetic";
  data.synthetic_count = 1000;
  TrainConfig train;
  train.global_batch_size = 0;
  train.micro_batch_size = 12;
  settle_batch(data, 1024, &train);
  EXPECT_EQ(train.global_batch_size, 32);
  EXPECT_EQ(train.micro_batch_size, 4);
}

}  // namespace
}  // namespace itpn
