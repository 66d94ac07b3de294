#include "itpn/core/step_watchdog.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

void sleep_seconds(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

TEST(StepWatchdogDeathTest, EndsAProcessThatStaysInAPhaseAndNamesIt) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        StepWatchdog watchdog(0.5);
        watchdog.set_step(6);
        watchdog.enter("data", true);
        sleep_seconds(20.0);
      },
      ::testing::ExitedWithCode(static_cast<int>(ExitCode::kTimeout)), "step 7 has been in \"data\"");
}

TEST(StepWatchdog, LeavesAloneWhatHasNoLimitOrGoesOn) {
  StepWatchdog watchdog(0.5);
  watchdog.enter("validation", false);
  sleep_seconds(0.8);
  for (int i = 0; i < 8; ++i) {
    watchdog.enter("data", true);
    sleep_seconds(0.1);
  }
}

}  // namespace
}  // namespace itpn
