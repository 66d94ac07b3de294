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

std::string last_component_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

TEST(PlotMetrics, TakesEveryLossAndLeavesOutACutLine) {
  const test::TemporaryDirectory directory;
  const LineChart chart = metrics_charts({.runs = {write_metrics(directory)}, .keys = {}, .title = ""}).charts.at(0);
  ASSERT_EQ(chart.series.size(), 2U);
  EXPECT_EQ(chart.series[0].name, "loss");
  EXPECT_EQ(chart.series[0].y, (std::vector<double>{1.0, 0.5, 0.25}));
  EXPECT_EQ(chart.series[1].x, (std::vector<double>{1, 2}));
}

TEST(PlotMetrics, SmoothsWithATrailingAverage) {
  const test::TemporaryDirectory directory;
  const LineChart chart =
      metrics_charts({.runs = {write_metrics(directory)}, .keys = {"loss"}, .title = "", .smooth = 2}).charts.at(0);
  EXPECT_EQ(chart.series[0].y, (std::vector<double>{1.0, 0.75, 0.375}));
}

TEST(PlotMetrics, MakesAChartOfEachUsualQuantityThatOccurs) {
  const test::TemporaryDirectory directory;
  const std::string run = write_metrics(directory), other = directory.file("other.jsonl");
  std::ofstream(other) << R"({"step":2,"loss":0.7,"loss_mim":0.6,"val_top1":31.5,"grad_norm":2})"
                       << "\n";
  const ChartSheet sheet = metrics_charts({.runs = {run, other}, .keys = {}, .title = "two runs"});
  ASSERT_EQ(sheet.charts.size(), 4U);
  EXPECT_EQ(sheet.title, "two runs");
  EXPECT_EQ(sheet.charts[0].y_label, "loss");
  EXPECT_EQ(sheet.charts[0].series.size(), 2U);  // of several runs the whole loss alone
  EXPECT_EQ(sheet.charts[1].y_label, "top-1 accuracy (%)");
  EXPECT_EQ(sheet.charts[1].y_ceiling, 100);
  EXPECT_EQ(sheet.charts[1].series.at(1).name, "other.jsonl");
  EXPECT_EQ(sheet.charts[2].y_label, "learning rate");
  EXPECT_EQ(sheet.charts[3].series.at(1).y, std::vector<double>{2});
}

TEST(PlotMetrics, ARunWithoutTheValueIsThereOnceWithoutPoints) {
  const test::TemporaryDirectory directory;
  const std::string run = write_metrics(directory), other = directory.file("other.jsonl");
  std::ofstream(other) << R"({"step":2,"val_top1":31.5,"val_ema_top1":32})"
                       << "\n";
  const ChartSheet sheet = metrics_charts({.runs = {run, other}, .keys = {}, .title = ""});
  const LineChart& accuracy = sheet.charts.at(1);
  ASSERT_EQ(accuracy.series.size(), 3U);
  EXPECT_EQ(accuracy.series[0].name, last_component_of(run));
  EXPECT_TRUE(accuracy.series[0].x.empty());
  EXPECT_EQ(accuracy.series[1].name, "other.jsonl val_ema_top1");
  EXPECT_EQ(accuracy.series[2].name, "other.jsonl val_top1");
}

TEST(PlotMetrics, TellsRunsOfTheSameNameApart) {
  const test::TemporaryDirectory directory;
  for (const char* name : {"a/run", "b/run"}) {
    make_directories(posix_fs(), directory.file(name));
    std::ofstream(directory.file(name) + "/metrics.jsonl") << R"({"step":2,"loss_mim":0.5})"
                                                           << "\n";
  }
  const PlotOptions options{
      .runs = {directory.file("a/run"), directory.file("b/run/metrics.jsonl")}, .keys = {"loss_mim"}, .title = ""};
  const LineChart chart = metrics_charts(options).charts.at(0);
  EXPECT_EQ(chart.series.at(0).name, "a/run");
  EXPECT_EQ(chart.series.at(1).name, "b/run");
  EXPECT_EQ(chart.y_label, "loss_mim") << "the axis says which loss, where the names do not";
}

TEST(PlotMetrics, WritesWhatTheEndingSaysInAnyCase) {
  const test::TemporaryDirectory directory;
  const PlotOptions options{.runs = {write_metrics(directory)}, .keys = {"loss"}, .title = ""};
  for (const auto& [name, begin] : {std::pair{"a.svg", "<?xml"}, {"a.PDF", "%PDF-"}, {"a.Png", "\x89PNG"}}) {
    plot_metrics(options, directory.file(name));
    EXPECT_TRUE(read_text_file(posix_fs(), directory.file(name)).starts_with(begin)) << name;
  }
}

TEST(PlotMetrics, RefusesAnotherEndingBeforeAnythingIsRead) {
  EXPECT_THAT(test::error_of(ExitCode::kUsage, [] { plot_metrics({.runs = {"/nowhere"}}, "a.jpg"); }),
              testing::AllOf(testing::HasSubstr("a.jpg"), testing::HasSubstr(".png, .svg or .pdf")));
}

TEST(PlotMetrics, RefusesKeysThatDoNotOccur) {
  const test::TemporaryDirectory directory;
  const PlotOptions options{.runs = {write_metrics(directory)}, .keys = {"accuracy"}, .title = ""};
  EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { metrics_charts(options); }), testing::HasSubstr("accuracy"));
}

}  // namespace
}  // namespace itpn
