#include "itpn/tasks/plot_metrics.h"

#include <gtest/gtest.h>

#include <fstream>

#include "itpn/core/errors.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

std::string write_metrics(const test::TemporaryDirectory& directory) {
  std::ofstream(directory.file("metrics.jsonl")) << R"({"step":1,"loss":1.0,"loss_mim":0.9,"lr":0.1})"
                                                 << "\n"
                                                 << R"({"step":2,"loss":0.5,"loss_mim":0.4})"
                                                 << "\n"
                                                 << R"({"step":3,"loss":0.25,"note":"no mim"})"
                                                 << "\n"
                                                 << R"({"step":4,"lo)";
  return directory.path();
}

TEST(PlotMetrics, TakesEveryLossAndLeavesOutACutLine) {
  const test::TemporaryDirectory directory;
  const LineChart chart = metrics_chart({.runs = {write_metrics(directory)}, .keys = {}, .title = "t"});
  ASSERT_EQ(chart.series.size(), 2U);
  EXPECT_EQ(chart.series[0].name, "loss");
  EXPECT_EQ(chart.series[0].y, (std::vector<double>{1.0, 0.5, 0.25}));
  EXPECT_EQ(chart.series[1].x, (std::vector<double>{1, 2}));
}

TEST(PlotMetrics, SmoothsWithATrailingAverage) {
  const test::TemporaryDirectory directory;
  const LineChart chart =
      metrics_chart({.runs = {write_metrics(directory)}, .keys = {"loss"}, .title = "", .smooth = 2});
  EXPECT_EQ(chart.series[0].y, (std::vector<double>{1.0, 0.75, 0.375}));
}

TEST(PlotMetrics, RefusesKeysThatDoNotOccur) {
  const test::TemporaryDirectory directory;
  try {
    metrics_chart({.runs = {write_metrics(directory)}, .keys = {"accuracy"}, .title = ""});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("accuracy"), std::string::npos);
  }
}

}  // namespace
}  // namespace itpn
