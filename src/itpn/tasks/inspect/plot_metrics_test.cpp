#include "itpn/tasks/inspect/plot_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "tests/support/error_of.h"
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
  const LineChart chart = metrics_charts({.runs = {write_metrics(directory)}, .keys = {}, .title = ""}).at(0);
  ASSERT_EQ(chart.series.size(), 2U);
  EXPECT_EQ(chart.series[0].name, "loss");
  EXPECT_EQ(chart.series[0].y, (std::vector<double>{1.0, 0.5, 0.25}));
  EXPECT_EQ(chart.series[1].x, (std::vector<double>{1, 2}));
}

TEST(PlotMetrics, SmoothsWithATrailingAverage) {
  const test::TemporaryDirectory directory;
  const LineChart chart =
      metrics_charts({.runs = {write_metrics(directory)}, .keys = {"loss"}, .title = "", .smooth = 2}).at(0);
  EXPECT_EQ(chart.series[0].y, (std::vector<double>{1.0, 0.75, 0.375}));
}

TEST(PlotMetrics, MakesAChartOfEachUsualQuantityThatOccurs) {
  const test::TemporaryDirectory directory;
  const std::string run = write_metrics(directory), other = directory.file("other.jsonl");
  std::ofstream(other) << R"({"step":2,"loss":0.7,"loss_mim":0.6,"val_top1":31.5,"grad_norm":2})"
                       << "\n";
  const std::vector<LineChart> charts = metrics_charts({.runs = {run, other}, .keys = {}, .title = ""});
  ASSERT_EQ(charts.size(), 4U);
  EXPECT_EQ(charts[0].title, "loss");
  EXPECT_EQ(charts[0].series.size(), 2U);  // of several runs the whole loss alone
  EXPECT_EQ(charts[1].series.at(0).name, "other.jsonl val_top1");
  EXPECT_EQ(charts[2].title, "learning rate");
  EXPECT_EQ(charts[3].series.at(0).y, std::vector<double>{2});
}

TEST(PlotMetrics, WritesSvgWhereTheNameSaysSo) {
  const test::TemporaryDirectory directory;
  const auto charts = metrics_charts({.runs = {write_metrics(directory)}, .keys = {"loss"}, .title = ""});
  write_charts(charts, directory.file("a.svg"));
  write_charts(charts, directory.file("a.png"));
  EXPECT_TRUE(read_text_file(posix_fs(), directory.file("a.svg")).starts_with("<svg "));
  EXPECT_EQ(read_text_file(posix_fs(), directory.file("a.png")).substr(1, 3), "PNG");
}

TEST(PlotMetrics, RefusesKeysThatDoNotOccur) {
  const test::TemporaryDirectory directory;
  const PlotOptions options{.runs = {write_metrics(directory)}, .keys = {"accuracy"}, .title = ""};
  EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { metrics_charts(options); }), testing::HasSubstr("accuracy"));
}

}  // namespace
}  // namespace itpn
