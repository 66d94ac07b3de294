#include "itpn/optim/lr_schedule.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

TEST(CosineSchedule, RisesLinearlyThenFallsAlongHalfACosine) {
  const CosineSchedule schedule = {.peak = 2.0, .min = 1.0, .warmup_epochs = 4, .epochs = 10};
  EXPECT_DOUBLE_EQ(value_at(schedule, 0.0), 0.0);
  EXPECT_DOUBLE_EQ(value_at(schedule, 1.0), 0.5);
  EXPECT_DOUBLE_EQ(value_at(schedule, 4.0), 2.0);
  EXPECT_DOUBLE_EQ(value_at(schedule, 7.0), 1.5);
  EXPECT_DOUBLE_EQ(value_at(schedule, 10.0), 1.0);
}

TEST(CosineSchedule, WithoutRoomForACosineStaysAtThePeak) {
  const CosineSchedule schedule = {.peak = 2.0, .warmup_epochs = 3, .epochs = 3};
  EXPECT_DOUBLE_EQ(value_at(schedule, 1.5), 1.0);
  EXPECT_DOUBLE_EQ(value_at(schedule, 3.0), 2.0);
}

TEST(CosineTable, TakesThePeakTwiceAndNeverReachesTheMinimum) {
  const CosineTable table = {.peak = 1.0, .min = 0.0, .epochs = 4, .steps_per_epoch = 3, .warmup_epochs = 1};
  EXPECT_DOUBLE_EQ(value_at(table, 0), 0.0);
  EXPECT_DOUBLE_EQ(value_at(table, 1), 0.5);
  EXPECT_DOUBLE_EQ(value_at(table, 2), 1.0);
  EXPECT_DOUBLE_EQ(value_at(table, 3), 1.0);
  EXPECT_GT(value_at(table, 11), 0.0);
}

TEST(CosineTable, WarmupStepsCountOnlyWithWarmupEpochs) {
  CosineTable table = {.peak = 1.0, .epochs = 2, .steps_per_epoch = 10, .warmup_steps = 5};
  EXPECT_DOUBLE_EQ(value_at(table, 0), 1.0);
  table.warmup_epochs = 1;
  EXPECT_DOUBLE_EQ(value_at(table, 0), 0.0);
  EXPECT_DOUBLE_EQ(value_at(table, 4), 1.0);
}

TEST(StepSchedule, WarmsUpByIterationsAndFallsByEpochs) {
  const StepSchedule schedule = {.peak = 1.0, .steps = {9, 11}, .warmup_iterations = 100, .warmup_ratio = 0.5};
  EXPECT_DOUBLE_EQ(value_at(schedule, 0, 0), 0.5);
  EXPECT_DOUBLE_EQ(value_at(schedule, 50, 0), 0.75);
  EXPECT_DOUBLE_EQ(value_at(schedule, 899, 8), 1.0);
  EXPECT_DOUBLE_EQ(value_at(schedule, 900, 9), 0.1);
  EXPECT_NEAR(value_at(schedule, 1100, 11), 0.01, 1e-15);
}

}  // namespace
}  // namespace itpn
