#include "itpn/engine/grad_scaler.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

TEST(GradScaler, DoublesAfterTwoThousandGoodStepsAndHalvesOnAnOverflow) {
  GradScaler scaler(true);
  for (int i = 0; i < 1999; ++i) scaler.update(true);
  EXPECT_EQ(scaler.scale(), 65536.0);
  scaler.update(true);
  EXPECT_EQ(scaler.scale(), 131072.0);
  scaler.update(false);
  EXPECT_EQ(scaler.scale(), 65536.0);
  EXPECT_EQ(scaler.state().backed_off, 1);
}

TEST(GradScaler, CountsGoodStepsInARowOnly) {
  GradScaler scaler(true);
  for (int i = 0; i < 1999; ++i) scaler.update(true);
  scaler.update(false);
  for (int i = 0; i < 1999; ++i) scaler.update(true);
  EXPECT_EQ(scaler.scale(), 32768.0);
}

TEST(GradScaler, StopsBackingOffAtOne) {
  GradScaler scaler(true);
  for (int i = 0; i < 40; ++i) scaler.update(false);
  EXPECT_EQ(scaler.scale(), 1.0);
  EXPECT_FALSE(scaler.can_back_off());
}

TEST(GradScaler, DisabledIsOneForEver) {
  GradScaler scaler(false);
  scaler.update(false);
  EXPECT_EQ(scaler.scale(), 1.0);
  EXPECT_EQ(scaler.state().backed_off, 0);
}

TEST(GradScaler, ContinuesFromARestoredState) {
  GradScaler first(true), second(true);
  for (int i = 0; i < 1500; ++i) first.update(true);
  second.restore(first.state());
  for (int i = 0; i < 500; ++i) second.update(true);
  EXPECT_EQ(second.scale(), 131072.0);
}

}  // namespace
}  // namespace itpn
