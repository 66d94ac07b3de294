#include "itpn/engine/injected_faults.h"

#include <gtest/gtest.h>

#include <cmath>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

TEST(InjectedFaults, StrikeTheirStepAndProcessAndNothingElse) {
  const InjectedFaults faults("loss@3,gradient@5:1");
  EXPECT_TRUE(std::isnan(faults.loss_factor(3, 0)));
  EXPECT_TRUE(std::isnan(faults.loss_factor(3, 7)));
  EXPECT_EQ(faults.loss_factor(4, 0), 1.0);
  EXPECT_EQ(faults.gradient_factor(3, 0), 1.0);
  EXPECT_TRUE(std::isnan(faults.gradient_factor(5, 1)));
  EXPECT_EQ(faults.gradient_factor(5, 0), 1.0);
  EXPECT_EQ(InjectedFaults("spike@9").loss_factor(9, 0), 100.0);
  EXPECT_EQ(InjectedFaults("spike@9").gradient_factor(9, 0), 1.0);
  EXPECT_EQ(InjectedFaults("").loss_factor(1, 0), 1.0);
}

TEST(InjectedFaults, ThrowOrEndTheProcessAtTheirStepOnly) {
  const InjectedFaults faults("throw@3:1,exit@4:0");
  EXPECT_NO_THROW(faults.strike(3, 0));
  EXPECT_NO_THROW(faults.strike(4, 1));
  EXPECT_THROW(faults.strike(3, 1), Error);
  EXPECT_EXIT(faults.strike(4, 0), testing::ExitedWithCode(1), "");
}

TEST(InjectedFaults, RefuseATextThatMakesNoSense) {
  for (const char* text : {"loss", "loss@", "loss@x", "loss@3:", "loss@-3", "weights@3", "loss@3,,loss@4"}) {
    EXPECT_THROW(InjectedFaults{text}, Error) << text;
  }
}

}  // namespace
}  // namespace itpn
