#include "itpn/engine/loss_spikes.h"

#include <gtest/gtest.h>

#include <limits>

namespace itpn {
namespace {

// A falling loss with a ripple of a tenth.
double usual_loss(int step) { return 2.0 / (1.0 + 0.01 * step) * (1.0 + 0.1 * (step % 3 - 1)); }

TEST(LossSpikes, AUsualCourseHasNone) {
  LossSpikes spikes(3.0);
  for (int step = 0; step < 500; ++step) EXPECT_FALSE(spikes.observe(usual_loss(step))) << step;
}

TEST(LossSpikes, ALossFarAboveTheMedianIsOneAndTellsTheMedian) {
  LossSpikes spikes(3.0);
  for (int step = 0; step < 20; ++step) spikes.observe(1.0);
  EXPECT_FALSE(spikes.observe(2.9));
  EXPECT_EQ(spikes.observe(3.1), 1.0);
  EXPECT_EQ(spikes.observe(50.0), 1.0);
  EXPECT_FALSE(spikes.observe(1.0));
}

TEST(LossSpikes, ALevelThatStaysBecomesTheUsualOne) {
  LossSpikes spikes(3.0);
  for (int step = 0; step < 200; ++step) spikes.observe(1.0);
  int count = 0;
  for (int step = 0; step < 200; ++step) count += spikes.observe(10.0).has_value();
  EXPECT_EQ(count, 50);  // until half of the window has the new level
}

TEST(LossSpikes, FirstLossesOthersThatAreNotFiniteAndFactorZeroAreNone) {
  LossSpikes spikes(3.0), off(0.0);
  for (int step = 0; step < 9; ++step) {
    EXPECT_FALSE(spikes.observe(step == 5 ? 100.0 : 1.0));
    off.observe(1.0);
  }
  for (int step = 0; step < 9; ++step) off.observe(1.0);
  EXPECT_FALSE(off.observe(1e6));
  spikes.observe(1.0);
  EXPECT_FALSE(spikes.observe(std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(spikes.observe(100.0));
}

}  // namespace
}  // namespace itpn
